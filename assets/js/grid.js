// Tables: arrows and Enter, a click anywhere on a row, selection with its bar, the columns shown.
const key = (id) => `regulars:columns:${id}`;
const hidden = (id) => new Set(JSON.parse(localStorage.getItem(key(id)) ?? "[]"));

function applyColumns(table) {
  const off = hidden(table.id);
  for (const cell of table.querySelectorAll("[data-col]")) cell.hidden = off.has(cell.dataset.col);
  for (const box of document.querySelectorAll(`[data-table="${table.id}"]`)) box.checked = !off.has(box.dataset.column);
}

function keepColumn(box) {
  const off = hidden(box.dataset.table);
  if (box.checked) off.delete(box.dataset.column);
  else off.add(box.dataset.column);
  localStorage.setItem(key(box.dataset.table), JSON.stringify([...off]));
  applyColumns(document.getElementById(box.dataset.table));
}

function refresh(table) {
  applyColumns(table);
  const rows = [...table.tBodies[0].rows];
  if (rows.length && !rows.some((row) => row.tabIndex === 0)) rows[0].tabIndex = 0;
  countPicked(table);
}

function countPicked(table) {
  const bar = document.querySelector(`[data-bulk-for="${table.id}"]`);
  if (!bar) return;
  const boxes = [...table.querySelectorAll("input[name=id]")];
  const picked = boxes.filter((box) => box.checked).length;
  bar.hidden = picked === 0;
  bar.querySelector("[data-picked]").textContent = `${picked} selected`;
  const all = table.querySelector("[data-pick-all]");
  if (!all) return;
  all.checked = picked > 0 && picked === boxes.length;
  all.indeterminate = picked > 0 && picked < boxes.length;
}

function focusRow(from, to) {
  if (!to) return;
  from.tabIndex = -1;
  to.tabIndex = 0;
  to.focus();
  to.scrollIntoView({ block: "nearest" });
}

function togglePick(row) {
  const box = row.querySelector("input[name=id]");
  if (!box) return;
  box.checked = !box.checked;
  countPicked(row.closest("table"));
}

const KEYS = {
  ArrowDown: (row) => focusRow(row, row.nextElementSibling),
  ArrowUp: (row) => focusRow(row, row.previousElementSibling),
  j: (row) => focusRow(row, row.nextElementSibling),
  k: (row) => focusRow(row, row.previousElementSibling),
  Enter: (row) => row.dataset.href && location.assign(row.dataset.href),
  " ": togglePick,
  x: togglePick,
};

document.addEventListener("keydown", (event) => {
  const row = event.target;
  if (!row.matches?.("[data-grid] tbody tr") || event.ctrlKey || event.metaKey || event.altKey) return;
  const act = KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act(row);
});

document.addEventListener("click", (event) => {
  const row = event.target.closest("[data-grid] tbody tr[data-href]");
  const onControl = event.target.closest("a, button, input, label, summary, .pick");
  if (!row || onControl || !row.dataset.href || String(getSelection())) return;
  if (event.ctrlKey || event.metaKey) open(row.dataset.href, "_blank", "noopener");
  else location.assign(row.dataset.href);
});

document.addEventListener("change", (event) => {
  const target = event.target;
  if (target.matches("[data-column]")) return keepColumn(target);
  const table = target.closest("[data-grid]");
  if (!table) return;
  if (target.matches("[data-pick-all]")) {
    for (const box of table.querySelectorAll("input[name=id]")) box.checked = target.checked;
  }
  countPicked(table);
});

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-pick-none]")) return;
  for (const box of document.querySelectorAll("[data-grid] :is(input[name=id], [data-pick-all])")) box.checked = false;
  document.querySelectorAll("[data-grid]").forEach(countPicked);
});

document.addEventListener("htmx:after:swap", () => document.querySelectorAll("[data-grid]").forEach(refresh));
document.querySelectorAll("[data-grid]").forEach(refresh);

// Filters that are empty stay out of the address.
document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  if (ctx.request.method !== "GET" || !ctx.request.body) return;
  for (const [name, value] of [...ctx.request.body.entries()]) if (!value) ctx.request.body.delete(name);
});
