// Light or dark: the visitor's choice is kept in a cookie, so that the server can render it without a flash.
const YEAR = 31536000;

function current() {
  const chosen = document.documentElement.dataset.theme;
  if (chosen) return chosen;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-theme-toggle]")) return;
  const theme = current() === "dark" ? "light" : "dark";
  document.documentElement.dataset.theme = theme;
  document.cookie = `regulars_theme=${theme}; path=/console; max-age=${YEAR}; samesite=lax`;
  document.dispatchEvent(new CustomEvent("regulars:theme"));
});

for (const key of document.querySelectorAll("[data-mod-key]")) {
  if (/Mac|iPhone|iPad/.test(navigator.platform)) key.textContent = "⌘ K";
}
