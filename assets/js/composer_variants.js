// The variants of a test: added, removed with a way back, named A, B, C …
const MOST = 8;
const LETTERS = "ABCDEFGH";

export function variants(form, touch) {
  const list = form.querySelector("[data-variants]");
  const blank = form.querySelector("[data-variant-template]");
  const add = form.querySelector("[data-variant-add]");
  const rows = () => [...list.querySelectorAll("[data-variant]")];

  function settle() {
    add.hidden = rows().length >= MOST;
    for (const [at, row] of rows().entries()) {
      row.querySelector(".swatch").className = `swatch t${at}`;
      row.querySelector("[data-variant-drop]").hidden = rows().length <= 2;
    }
  }

  function free() {
    const taken = new Set(rows().map((row) => row.querySelector("[name=variant_name]").value.trim().toUpperCase()));
    return [...LETTERS].find((letter) => !taken.has(letter)) ?? `Variant ${rows().length + 1}`;
  }

  add.addEventListener("click", () => {
    const row = blank.content.firstElementChild.cloneNode(true);
    row.querySelector("[name=variant_name]").value = free();
    list.append(row);
    settle();
    row.querySelector("[name=variant_subject]").focus();
    touch();
  });

  list.addEventListener("click", (event) => {
    const row = event.target.closest("[data-variant-drop]")?.closest("[data-variant]");
    if (!row) return;
    const after = row.nextElementSibling;
    row.remove();
    settle();
    touch();
    add.focus();
    const name = row.querySelector("[name=variant_name]").value;
    document.dispatchEvent(new CustomEvent("toast", { detail: { text: `Variant ${name} removed`, act: () => { list.insertBefore(row, after); settle(); touch(); } } }));
  });

  settle();
}
