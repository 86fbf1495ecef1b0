// The library: a card shows its template in the language that is pressed.
document.addEventListener("click", (event) => {
  const pressed = event.target.closest("[data-show-language]");
  if (!pressed) return;
  const card = pressed.closest(".card");
  for (const one of card.querySelectorAll("[data-show-language]")) one.setAttribute("aria-pressed", String(one === pressed));
  for (const frame of card.querySelectorAll("iframe")) {
    const address = new URL(frame.src);
    address.searchParams.set("language", pressed.dataset.showLanguage);
    frame.src = address.href;
  }
});
