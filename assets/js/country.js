// <span data-country="GB">GB</span> reads "United Kingdom", as the browser names it.
const names = new Intl.DisplayNames(["en"], { type: "region" });

function write() {
  for (const element of document.querySelectorAll("[data-country]")) element.textContent = names.of(element.dataset.country);
}

document.addEventListener("htmx:after:swap", write);
write();
