// The list of everything that a condition can ask for: searched as one types, grouped, with help; arrows move, Enter takes.
import { el, icon } from "./builder_elements.js";

const ICONS = { field: "user", kind: "activity", segment: "layers" };

function words(item) {
  return `${item.label} ${item.group} ${item.name} ${item.help}`.toLowerCase();
}

function sift(items, text) {
  const wanted = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = items.filter((item) => wanted.every((word) => words(item).includes(word)));
  // What is called so comes before what only speaks of it.
  const rank = (item) => {
    const label = item.label.toLowerCase();
    if (!wanted.length || label.startsWith(wanted[0])) return 0;
    return wanted.every((word) => label.includes(word)) ? 1 : 2;
  };
  return found.map((item, index) => [rank(item), index, item]).sort((one, other) => one[0] - other[0] || one[1] - other[1]).map(([, , item]) => item);
}

// `pick(items, title, take)` opens the dialog; `take(item)` is told of the choice.
export function picker(dialog) {
  const input = dialog.querySelector("input");
  const list = dialog.querySelector("[role=listbox]");
  const help = dialog.querySelector("[data-help]");
  let offered = [];
  let chosen = 0;
  let taker = () => {};
  let opener = null;

  const options = () => [...list.querySelectorAll("[role=option]")];

  function choose(index) {
    chosen = index;
    options().forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
    const present = options()[index];
    present?.scrollIntoView({ block: "nearest" });
    if (present) input.setAttribute("aria-activedescendant", present.id);
    else input.removeAttribute("aria-activedescendant");
    const item = present && offered[Number(present.dataset.index)];
    help.textContent = item ? item.help || `${item.group}: ${item.label}` : "";
    if (item && !item.available) help.textContent += " Nothing is known of it yet, so it matches nobody.";
  }

  function take(index) {
    const item = offered[index];
    dialog.close();
    if (item) taker(item);
  }

  function draw() {
    const found = sift(offered, input.value);
    const groups = new Map();
    for (const item of found) groups.set(item.group, [...(groups.get(item.group) ?? []), item]);
    list.replaceChildren();
    let count = 0;
    for (const [name, items] of groups) {
      const heading = `pick-group-${count}`;
      const rows = items.map((item) => {
        const index = offered.indexOf(item);
        count += 1;
        return el("div", { class: `menu-item${item.available ? "" : " faint"}`, role: "option", id: `pick-${count}`, "data-index": index, "aria-selected": "false" },
          icon(ICONS[item.kind]), el("span", { class: "truncate" }, item.label), item.available ? null : el("span", { class: "muted small push" }, "no data yet"));
      });
      list.append(el("div", { role: "group", "aria-labelledby": heading }, el("h3", { id: heading }, name), rows));
    }
    if (!count) list.append(el("p", { class: "muted small card-body" }, `Nothing is called “${input.value}”.`));
    choose(0);
  }

  input.addEventListener("input", draw);
  input.addEventListener("keydown", (event) => {
    const all = options();
    if (event.key === "ArrowDown") choose((chosen + 1) % all.length);
    else if (event.key === "ArrowUp") choose((chosen - 1 + all.length) % all.length);
    else if (event.key === "Enter") all[chosen] && take(Number(all[chosen].dataset.index));
    else return;
    event.preventDefault();
  });
  list.addEventListener("pointermove", (event) => {
    const option = event.target.closest("[role=option]");
    if (option && option.getAttribute("aria-selected") !== "true") choose(options().indexOf(option));
  });
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) take(Number(option.dataset.index));
  });
  dialog.addEventListener("close", () => opener?.isConnected && opener.focus());

  return function pick(items, title, take) {
    offered = items;
    taker = take;
    opener = document.activeElement;
    input.value = "";
    input.placeholder = title;
    input.setAttribute("aria-label", title);
    dialog.showModal();
    draw();
    input.focus();
  };
}
