// <form data-builder data-catalogue='{…}'> with a hidden input `rule`: the rule is built in the page, counted as it changes, and
// sent as JSON. Everything can be done with the keyboard; whatever is done can be undone.
import "./sortable.js";
import { el, icon, select } from "./builder_elements.js";
import { defaults, usual } from "./builder_inputs.js";
import { lines } from "./builder_lines.js";
import { live } from "./builder_live.js";
import { picker } from "./builder_picker.js";
import { condition, conditions, copy, find, group, moves, place, read, remove, unfinished, walk, write } from "./builder_tree.js";

const MODES = [["all", "All of these are true"], ["any", "Any of these is true"], ["none", "None of these is true"], ["not-all", "Not all of these are true"]];
const JOINTS = { all: "and", any: "or" };
const ARROWS = { ArrowUp: "up", ArrowDown: "down", ArrowRight: "into", ArrowLeft: "out" };
const MOVED = { up: "Moved up", down: "Moved down", into: "Moved into the group", out: "Moved out of the group", wrap: "Put into a group of its own" };
const KEEP = 100;

const form = document.querySelector("[data-builder]");
const catalogue = JSON.parse(form.dataset.catalogue);
const hidden = form.elements.rule;
const stage = form.querySelector("[data-rule]");
const said = form.querySelector("[data-say]");
const pick = picker(document.getElementById("picker"));

let root = start();
let errors = new Map();
let dirty = form.dataset.dirty === "yes";
let past = [];
let future = [];
let lastKey = "";
let sortables = [];

function start() {
  try {
    return hidden.value ? read(JSON.parse(hidden.value)) : group();
  } catch {
    return group();
  }
}

const parts = lines({
  catalogue,
  pick,
  touched: (key) => changed(key),
  draw: Object.assign((focus) => { changed(""); render(focus); }, {
    replace(node, item) {
      Object.keys(node).forEach((name) => name !== "id" && delete node[name]);
      Object.assign(node, { ...fresh(item), id: node.id });
      changed("");
      render(`${node.id}:subject`);
    },
  }),
});

const counter = live(form, { shapes: parts.shapes, show: showFaults, tree: () => root });

// What was there before is kept for undo; typing into one input is one step.
let snapshot = JSON.stringify(root);
function changed(key) {
  if (!key || key !== lastKey) past = [...past.slice(-KEEP), snapshot];
  lastKey = key;
  future = [];
  settle();
}

function settle() {
  snapshot = JSON.stringify(root);
  hidden.value = JSON.stringify(write(root).rule);
  dirty = true;
  const ids = new Set([...walk(root)].flatMap(({ node }) => [node.id, ...(node.where ?? []).map((one) => one.id)]));
  errors = new Map([...errors].filter(([id]) => ids.has(id) && id !== lastKey));
  steps();
  drawErrors();
  counter.count();
}

function steps() {
  form.querySelector("[data-undo]").disabled = !past.length;
  form.querySelector("[data-redo]").disabled = !future.length;
}

function travel(from, to, word) {
  if (!from.length) return;
  to.push(snapshot);
  root = JSON.parse(from.pop());
  lastKey = "";
  errors.clear();
  settle();
  render();
  say(word);
}

const undo = () => travel(past, future, "Undone");
const redo = () => travel(future, past, "Done again");

function say(text) {
  said.textContent = "";
  setTimeout(() => { said.textContent = text; });
}

function fresh(item) {
  if (item.kind !== "field") return condition(item);
  const operator = usual(item.operators, item.type);
  return condition(item, defaults(operator, parts.shapes[operator], item.type));
}

function add(node) {
  pick(catalogue.items, "What to ask about the customer", (item) => {
    const made = fresh(item);
    node.children.push(made);
    changed("");
    const first = item.kind === "field" ? `${made.id}:operator` : `${made.id}:subject`;
    render(first);
  });
}

function addGroup(node) {
  const made = group(node.mode === "all" ? "any" : "all");
  node.children.push(made);
  changed("");
  render(`${made.id}:add`);
}

function erase(id) {
  const { node, parent, index } = remove(root, id);
  changed("");
  const next = parent.children[index] ?? parent.children[index - 1];
  render(next ? `${next.id}:grip` : `${parent.id}:add`);
  const step = past.length;
  document.dispatchEvent(new CustomEvent("toast", { detail: { text: node.kind === "group" ? "Group deleted" : "Condition deleted", act: () => past.length >= step && undo() } }));
}

function duplicate(id) {
  const { node, parent } = find(root, id);
  const made = copy(node);
  parent.children.splice(parent.children.indexOf(node) + 1, 0, made);
  changed("");
  render(`${made.id}:grip`);
  say("Duplicated");
}

function negate(id) {
  const { node } = find(root, id);
  node.not = !node.not;
  changed("");
  render(`${id}:grip`);
  say(node.not ? "Now the opposite" : "No longer the opposite");
}

function move(id, way) {
  if (!moves[way](root, id)) return say("It cannot go there");
  changed("");
  render(`${id}:grip`);
  return say(MOVED[way]);
}

const modeOf = (node) => (node.not ? { any: "none", all: "not-all" }[node.mode] : node.mode);

function setMode(node, text) {
  node.not = text === "none" || text === "not-all";
  node.mode = text === "none" ? "any" : text === "not-all" ? "all" : text;
  changed("");
  render(`${node.id}:mode`);
}

function menu(node, parent) {
  const at = parent.children.indexOf(node);
  const near = parent.children[at - 1]?.kind === "group" || parent.children[at + 1]?.kind === "group";
  const item = (name, text, act, off = false) => el("button", { class: "menu-item", type: "button", disabled: off, onclick: act }, icon(name), text);
  const top = parent === root;
  return el("details", { class: "menu" },
    el("summary", { class: "btn small quiet icon-only", "aria-label": "More", "data-key": `${node.id}:menu` }, icon("ellipsis")),
    el("div", { class: "menu-body" },
      item("arrow-up", "Move up", () => move(node.id, "up"), top && at === 0),
      item("arrow-down", "Move down", () => move(node.id, "down"), top && at === parent.children.length - 1),
      item("arrow-right", "Move into the group", () => move(node.id, "into"), !near),
      item("arrow-left", "Move out of the group", () => move(node.id, "out"), top),
      item("list-tree", "Put into a group of its own", () => move(node.id, "wrap")),
      node.kind === "group" ? null : item("circle-slash", node.not ? "Take away the “not”" : "Turn into its opposite", () => negate(node.id)),
      item("copy", "Duplicate", () => duplicate(node.id))));
}

function tools(node, parent) {
  return el("div", { class: "rule-tools" }, menu(node, parent), el("button", {
    class: "btn small quiet icon-only", type: "button", "aria-label": "Delete", title: "Delete", onclick: () => erase(node.id),
  }, icon("trash-2")));
}

function grip(node, label) {
  return el("button", {
    class: "grip", type: "button", "data-key": `${node.id}:grip`, "aria-label": `Move ${label}`, "aria-describedby": "grip-help", title: "Drag, or use the arrow keys",
    onkeydown: (event) => {
      if (event.key === "Delete" || event.key === "Backspace") erase(node.id);
      else if (ARROWS[event.key]) move(node.id, ARROWS[event.key]);
      else return;
      event.preventDefault();
    },
  }, icon("grip-vertical"));
}

function drawCondition(node, parent) {
  const inner = parts.of(node);
  const not = node.not && el("button", { class: "not", type: "button", title: "Take away the “not”", onclick: () => negate(node.id) }, "Not", icon("x"));
  if (not) inner[0].prepend(not);
  return el("div", { class: "condition" }, grip(node, "this condition"), el("div", { class: "lines" }, inner, el("p", { class: "fault", "data-fault": node.id, hidden: true })), tools(node, parent));
}

function drawGroup(node, parent) {
  const children = el("ol", { class: "rule-children", "data-group": node.id }, node.children.map((child, index) => el("li", { class: "rule-item", "data-id": child.id },
    el("span", { class: "joint", "aria-hidden": index === 0 }, index ? JOINTS[node.mode] : ""),
    child.kind === "group" ? drawGroup(child, node) : drawCondition(child, node))));
  const button = (name, text, act, key) => el("button", { class: "btn small quiet", type: "button", "data-key": `${node.id}:${key}`, onclick: act }, icon(name), text);
  return el("section", { class: `rule-group${parent ? "" : " top"}${node.not ? " negated" : ""}`, "aria-label": parent ? "Group of conditions" : "Conditions", "data-node": node.id },
    el("header", { class: "rule-head" }, parent ? grip(node, "this group") : null,
      select(MODES, modeOf(node), (text) => setMode(node, text), { "data-key": `${node.id}:mode`, "aria-label": "How the conditions go together" }),
      parent ? tools(node, parent) : null),
    children,
    el("p", { class: "fault", "data-fault": node.id, hidden: true }),
    el("footer", { class: "rule-foot" }, button("plus", "Condition", () => add(node), "add"), button("list-tree", "Group", () => addGroup(node), "group")));
}

function render(focus = "") {
  sortables.forEach((each) => each.destroy());
  const empty = root.children.length === 0;
  form.querySelector("[data-empty]").hidden = !empty;
  stage.hidden = empty;
  stage.replaceChildren(drawGroup(root, null));
  sortables = [...stage.querySelectorAll(".rule-children")].map((list) => new window.Sortable(list, {
    group: "rule", handle: ".grip", animation: 120, fallbackOnBody: true, invertSwap: true, swapThreshold: 0.6, emptyInsertThreshold: 12, ghostClass: "ghost",
    onEnd: ({ item, to, newIndex }) => drop(item.dataset.id, to.dataset.group, newIndex),
  }));
  drawErrors();
  if (!focus) return;
  const wanted = stage.querySelector(`[data-key="${focus}"]`) ?? (empty ? form.querySelector("[data-add]") : null);
  wanted?.focus();
  wanted?.scrollIntoView({ block: "nearest" });
}

function drop(id, groupId, index) {
  const { parent } = find(root, id);
  const from = parent.children.findIndex((child) => child.id === id);
  const wanted = parent.id === groupId && index > from ? index + 1 : index;
  if (place(root, id, groupId, wanted)) changed("");
  else say("It cannot go there");
  render(`${id}:grip`);
}

// Faults by node: what the server said about the place at which the node stands in the JSON.
function showFaults(found) {
  errors = found;
  drawErrors();
}

function drawErrors() {
  for (const slot of stage.querySelectorAll("[data-fault]")) {
    const { node } = find(root, slot.dataset.fault) ?? {};
    if (!node) continue;
    const told = [node.id, ...(node.where ?? []).map((one) => one.id)].flatMap((id) => errors.get(id) ?? []);
    slot.hidden = told.length === 0;
    slot.replaceChildren(...(told.length ? [icon("circle-alert"), told.map((one) => one.detail).join(" · ")] : []));
    const box = slot.closest(node.kind === "group" ? ".rule-group" : ".condition");
    box.classList.toggle("bad", told.length > 0);
    for (const input of box.querySelectorAll(":scope > .lines [aria-invalid]")) input.removeAttribute("aria-invalid");
    for (const one of told) {
      const holder = box.querySelector(`[data-id="${one.id}"]`) ?? box;
      const input = holder.querySelector(`[data-operand="${one.operand}"]`) ?? holder.querySelector("[data-operand]");
      input?.setAttribute("aria-invalid", "true");
    }
  }
}

function incomplete() {
  return [...walk(root)].map(({ node }) => node).filter((node) => unfinished(node, parts.shapes));
}

form.addEventListener("submit", (event) => {
  hidden.value = JSON.stringify(write(root).rule);
  const left = incomplete();
  if (!left.length) {
    dirty = false;
    return;
  }
  event.preventDefault();
  const detail = (node) => (node.kind === "group" ? "This group needs a condition" : "Something is still missing here");
  showFaults(new Map(left.map((node) => [node.id, [{ id: node.id, operand: "", detail: detail(node) }]])));
  document.dispatchEvent(new CustomEvent("toast", { detail: { text: conditions(root) ? "Some conditions are not complete yet" : "Add a condition first", bad: true } }));
  const place = stage.querySelector(".bad [aria-invalid], .bad button") ?? form.querySelector("[data-add]");
  place?.focus();
  place?.scrollIntoView({ block: "center" });
});

addEventListener("beforeunload", (event) => {
  if (dirty) event.preventDefault();
});
form.addEventListener("input", (event) => {
  if (event.target.name && event.target.name !== "rule") dirty = true;
});

document.addEventListener("keydown", (event) => {
  const writing = event.target.closest?.("input:not([type=checkbox]), textarea, dialog");
  if (!(event.ctrlKey || event.metaKey) || writing || event.key.toLowerCase() !== "z") return;
  event.preventDefault();
  if (event.shiftKey) redo();
  else undo();
});

// A menu's choice closes it; the page has closed the others.
stage.addEventListener("click", (event) => event.target.closest(".menu-item")?.closest("details")?.removeAttribute("open"));

function take(rule, name = "") {
  root = read(rule);
  if (name && !form.elements.name.value) form.elements.name.value = name;
  errors.clear();
  changed("");
  render(`${root.id}:mode`);
}

const sheet = document.getElementById("rule-json");
form.addEventListener("click", (event) => {
  const press = (name) => event.target.closest(`[data-${name}]`);
  if (press("add")) add(root);
  else if (press("undo")) undo();
  else if (press("redo")) redo();
  else if (press("json")) {
    sheet.querySelector("textarea").value = JSON.stringify(write(root).rule, null, 2);
    sheet.querySelector("[data-json-fault]").hidden = true;
    sheet.showModal();
  }
});

sheet.addEventListener("click", async (event) => {
  const text = sheet.querySelector("textarea").value;
  const alert = sheet.querySelector("[data-json-fault]");
  if (event.target.closest("[data-json-copy]")) {
    await navigator.clipboard.writeText(text);
    document.dispatchEvent(new CustomEvent("toast", { detail: { text: "Copied" } }));
  } else if (event.target.closest("[data-json-use]")) {
    try {
      take(JSON.parse(text));
      sheet.close();
    } catch (error) {
      alert.textContent = error instanceof SyntaxError ? `This is not JSON: ${error.message}` : error.message;
      alert.hidden = false;
    }
  }
});

document.addEventListener("click", (event) => {
  const template = event.target.closest("[data-template]");
  if (!template) return;
  take(JSON.parse(template.dataset.template), template.dataset.name);
  template.closest("dialog")?.close();
});

render();
steps();
hidden.value = JSON.stringify(write(root).rule);
counter.start(JSON.parse(form.dataset.faults || "[]"));
