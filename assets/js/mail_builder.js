// The builder of mails: GrapesJS with MJML, without any of its own panels. What is saved is MJML, by the editor's own address.
import { BLOCKS } from "./mail_blocks.js";
import { MarkupError, headOf, read } from "./mail_markup.js";
import { addTypes, bodyOf, component, markup, shownSources } from "./mail_types.js";
import { el, icon } from "./builder_elements.js";
import { saver } from "./mail_saver.js";
import { sectors } from "./mail_styles.js";

const page = document.querySelector("[data-mail-builder]");
const source = page.querySelector("[data-source]");
const place = (name) => page.querySelector(`[data-${name}]`);
const plugin = window["grapesjs-mjml"].default ?? window["grapesjs-mjml"];
const PLAIN = { useCustomTheme: false, resetDevices: false, resetStyleManager: false, blocks: [] };
const CANVAS = `
  body { background: #f1f3f1; font-family: Arial, Helvetica, sans-serif; }
  .rg-box, .rg-verbatim[data-label], .rg-code { position: relative; outline: 1px dashed #8aa79a; outline-offset: -1px; min-height: 2rem; }
  .rg-box { padding-top: 22px; background: rgb(11 100 72 / 4%); }
  .rg-box.rg-condition { outline-color: #b98a2f; background: rgb(185 138 47 / 6%); }
  .rg-box::before, .rg-verbatim[data-label]::before { content: attr(data-label); position: absolute; inset: 0 auto auto 0; padding: 2px 8px; font: 600 11px/18px system-ui, sans-serif; color: #fff; background: #0b6448; border-radius: 0 0 5px 0; }
  .rg-box.rg-condition::before { background: #805a12; }
  .rg-code { padding: 4px 8px; font: 12px/1.5 ui-monospace, monospace; color: #44504a; background: #e4e9e6; white-space: pre-wrap; }
  [data-gjs-type="mj-column"] > table:empty::after, [data-gjs-type="mj-column"] > table > tbody:only-child:empty::after { content: "Drop something here"; display: block; padding: 14px; text-align: center; font: 12px system-ui, sans-serif; color: #6c776f; border: 1px dashed #b4bfb8; }
  [contenteditable="true"] { cursor: text; outline: 2px solid #0b6448; outline-offset: 2px; }
  .gjs-selected { outline-color: #0b6448 !important; }
`;

const known = JSON.parse(page.dataset.known);
let around = { before: "", after: "" };
let ready = false;

// The plugin keeps its compiler to itself; an editor without a canvas hands it out.
const quiet = window.grapesjs.init({ headless: true, telemetry: false, storageManager: false, plugins: [(editor) => plugin(editor, PLAIN)] });
function compiled(mjml, options = {}) {
  const whole = shownSources(mjml, known.shop).replace("<mjml>", `<mjml>${headOf(around.before)}`);
  return quiet.runCommand("mjml-code-to-html", { mjml: whole, ...options, fonts: {} });
}

function compile(part, inColumn) {
  const whole = inColumn ? `<mjml><mj-body><mj-section><mj-column>${part}</mj-column></mj-section></mj-body></mjml>` : `<mjml><mj-body>${part}</mj-body></mjml>`;
  const made = new DOMParser().parseFromString(compiled(whole).html, "text/html");
  return inColumn ? (made.querySelector("[class*=mj-column] > table")?.outerHTML ?? "") : made.body.innerHTML;
}

const editor = window.grapesjs.init({
  container: place("canvas"), height: "100%", width: "auto", fromElement: false,
  storageManager: false, telemetry: false, noticeOnUnload: false, cssIcons: "", showOffsets: true, canvasCss: CANVAS,
  panels: { defaults: [] }, blockManager: { custom: true }, selectorManager: { custom: true },
  layerManager: { appendTo: place("layers"), showWrapper: false }, traitManager: { appendTo: place("traits") }, styleManager: { appendTo: place("styles"), sectors },
  assetManager: { custom: { open: () => place("traits").querySelector("input")?.focus(), close() {} } },
  deviceManager: { devices: [{ id: "desktop", name: "Desktop", width: "" }, { id: "phone", name: "Phone", width: "375px" }] },
  richTextEditor: { actions: ["bold", "italic", "underline", "link"] },
  plugins: [(made) => plugin(made, { ...PLAIN, mjmlParser: compiled })],
});
addTypes(editor, { compile, segments: known.segments, lists: known.lists });

function load(mjml) {
  const tree = read(mjml);
  around = { before: tree.before, after: tree.after };
  // Between the old mail and the new one there is none that could be kept.
  const was = ready;
  ready = false;
  editor.setComponents([{ type: "mjml", tagName: "mjml", components: [{ type: "mj-body", tagName: "mj-body", attributes: tree.attributes, components: tree.nodes.map(component) }] }]);
  ready = was;
  changed();
}

function changed() {
  if (!ready) return;
  steps();
  saving.later();
}

const text = () => markup(editor, around);
const saving = saver({ address: page.dataset.save, version: page.dataset.version, state: place("state") }, () => ({ channel: "email", language: page.dataset.language, mjml: text() }));

const tell = (words, bad = false) => document.dispatchEvent(new CustomEvent("toast", { detail: { text: words, bad } }));

// Blocks: dragged onto the canvas, or pressed: then they go below what is selected.
function pieces(block) {
  const tree = read(`<mjml><mj-body>${block.inner ? `<mj-section><mj-column>${block.mjml}</mj-column></mj-section>` : block.mjml}</mj-body></mjml>`);
  return (block.inner ? tree.nodes[0].children[0].children : tree.nodes).map(component);
}

function below(block) {
  const chosen = editor.getSelected();
  const column = chosen?.is("mj-column") ? chosen : chosen?.closestType("mj-column");
  if (block.inner && column) {
    const at = chosen === column ? undefined : column.components().indexOf(chosen) + 1;
    return column.append(pieces(block), at === undefined ? {} : { at });
  }
  const wanted = block.inner ? [{ type: "mj-section", tagName: "mj-section", components: [{ type: "mj-column", tagName: "mj-column", components: pieces(block) }] }] : pieces(block);
  const body = bodyOf(editor);
  let top = chosen;
  while (top && top.parent() !== body) top = top.parent();
  return body.append(wanted, top ? { at: body.components().indexOf(top) + 1 } : {});
}

function add(block) {
  const [made] = below(block);
  editor.select(made);
  made.view?.el.scrollIntoView({ block: "nearest" });
}

function drawBlocks() {
  let list = null;
  for (const block of BLOCKS) {
    if (block.group) {
      list = el("div", { class: "block-list" });
      place("blocks").append(el("h3", {}, block.group), list);
      continue;
    }
    editor.Blocks.add(block.id, { label: block.label, content: pieces(block) });
    list.append(el("button", {
      class: "block", type: "button", draggable: "true", title: "Drag it into the mail, or press it", "data-block": block.id,
      onclick: () => add(block),
      ondragstart: (event) => { editor.Blocks.startDrag(editor.Blocks.get(block.id), event); event.dataTransfer.setData("text/plain", block.label); },
      ondragend: () => editor.Blocks.endDrag(),
    }, icon(block.icon), block.label));
  }
}

const BOXES = /^(p|h[1-6]|div|li)$/;

// Variables go where the caret is, else to the end of the text that is selected.
function insert(path) {
  const words = `{{ ${path} }}`;
  const frame = editor.Canvas.getDocument();
  if (editor.getEditing()) return frame.execCommand("insertText", false, words);
  const chosen = editor.getSelected();
  if (chosen?.is("mj-text") || chosen?.is("mj-button")) {
    const last = chosen.getLastChild();
    return (BOXES.test(last?.get("tagName")) ? last : chosen).append(` ${words}`);
  }
  return navigator.clipboard.writeText(words).then(() => tell("Copied: select a text to put it in directly"));
}

// On the way to a variable the caret stays where it is: the builder ends the writing at any press that it hears of.
page.addEventListener("mousedown", (event) => {
  if (!event.target.closest("[data-insert], [data-side]")) return;
  event.preventDefault();
  event.stopPropagation();
});

const PRESSES = {
  undo: () => editor.UndoManager.undo(),
  redo: () => editor.UndoManager.redo(),
  save: () => saving.now(),
  mjml: () => openSource(),
  "mjml-use": () => useSource(),
};

function showSide(name) {
  for (const tab of page.querySelectorAll("[data-side]")) {
    tab.setAttribute("aria-selected", String(tab.dataset.side === name));
    tab.tabIndex = tab.dataset.side === name ? 0 : -1;
  }
  for (const side of page.querySelectorAll("[data-side-of]")) side.hidden = side.dataset.sideOf !== name;
}

page.addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step || !event.target.matches("[data-side]")) return;
  const tabs = [...page.querySelectorAll("[data-side]")];
  const next = tabs[(tabs.indexOf(event.target) + step + tabs.length) % tabs.length];
  next.focus();
  showSide(next.dataset.side);
});

page.addEventListener("click", (event) => {
  const pressed = event.target.closest("[data-press], [data-device], [data-side], [data-insert]");
  if (!pressed) return;
  if (pressed.dataset.insert) insert(pressed.dataset.insert);
  else if (pressed.dataset.device) {
    editor.setDevice(pressed.dataset.device);
    for (const one of page.querySelectorAll("[data-device]")) one.setAttribute("aria-pressed", String(one === pressed));
  } else if (pressed.dataset.side) showSide(pressed.dataset.side);
  else PRESSES[pressed.dataset.press]();
});

const sheet = document.getElementById("mjml");
function openSource() {
  sheet.querySelector("textarea").value = text();
  sheet.querySelector("[data-fault]").hidden = true;
  sheet.showModal();
}

function useSource() {
  const fault = sheet.querySelector("[data-fault]");
  try {
    load(sheet.querySelector("textarea").value);
    sheet.close();
  } catch (error) {
    if (!(error instanceof MarkupError)) throw error;
    fault.textContent = error.message;
    fault.hidden = false;
  }
}

function keys(event) {
  if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s") return;
  event.preventDefault();
  saving.now();
}
document.addEventListener("keydown", keys);

function describe() {
  const chosen = editor.getSelected();
  place("chosen").textContent = chosen ? chosen.getName() : "Nothing selected";
  place("none").hidden = Boolean(chosen);
  place("styles").hidden = place("traits").hidden = !chosen;
}

function steps() {
  page.querySelector("[data-press=undo]").disabled = !editor.UndoManager.hasUndo();
  page.querySelector("[data-press=redo]").disabled = !editor.UndoManager.hasRedo();
}

editor.on("component:selected component:deselected component:update:name", describe);
editor.on("block:drag:stop", (made) => { const first = Array.isArray(made) ? made[0] : made; if (first) editor.select(first); });
editor.onReady(() => {
  const frame = editor.Canvas.getDocument();
  frame.addEventListener("keydown", keys);
  frame.documentElement.lang = page.dataset.language;
  frame.title = "The mail";
  editor.Canvas.getFrameEl().title = "The mail, to be edited";
  try {
    load(source.value);
  } catch (error) {
    if (!(error instanceof MarkupError)) throw error;
    load("");
    tell(`The MJML could not be read: ${error.message}`, true);
  }
  drawBlocks();
  describe();
  setTimeout(() => {
    editor.UndoManager.clear();
    saving.start();
    steps();
    editor.on("update undo redo component:add component:remove component:update", changed);
    ready = true;
    page.dataset.ready = "yes";
  }, 300);
});
