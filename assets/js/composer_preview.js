// The message as a customer sees it: asked for again when what it says changes, for whom, or in which language.
export function preview(form, path) {
  const place = document.getElementById("preview");
  let asking = null;

  async function show() {
    asking?.abort();
    asking = new AbortController();
    const query = new URLSearchParams();
    for (const choice of form.querySelectorAll("[data-preview]")) if (choice.value) query.set(choice.dataset.preview, choice.value);
    place.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(`${path}/preview?${query}`, { signal: asking.signal, headers: { "hx-request": "true" } });
      if (!answer.ok) throw new Error(answer.statusText);
      place.innerHTML = await answer.text();
    } catch (error) {
      if (error.name === "AbortError") return;
      place.replaceChildren(Object.assign(document.createElement("p"), { className: "card-body small muted", textContent: "The preview did not come. Choose the customer again to ask for it." }));
    }
    place.removeAttribute("aria-busy");
  }

  for (const choice of form.querySelectorAll("[data-preview]")) choice.addEventListener("change", show);
  form.querySelector("[data-preview-phone]").addEventListener("click", ({ currentTarget: button }) => {
    const narrow = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", narrow);
    place.classList.toggle("narrow", narrow);
  });
  return show;
}
