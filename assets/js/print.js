// <button data-print> prints the page; the style sheet leaves out what is no part of a report.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) print();
});
