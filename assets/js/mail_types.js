// What the builder knows beyond MJML: loops, conditions, and parts that it only shows. And the way between its components and
// the tree of mail_markup.js.
import { innerText, write } from "./mail_markup.js";

const BOXES = { loop: "rg-loop", condition: "rg-condition", shown: "rg-shown" };
const INTO = ["mj-body", "mj-wrapper", ...Object.values(BOXES)].map((type) => `[data-gjs-type="${type}"]`).join(", ");
const PIECES = ["mj-section", "mj-wrapper", ...Object.values(BOXES), "rg-verbatim", "rg-code"].map((type) => `[data-gjs-type="${type}"]`).join(", ");
const BODY = "mj-body";

const BLANK = "data:image/svg+xml," + encodeURIComponent('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 300"><path fill="#e7ebe8" d="M0 0h600v300H0z"/><path fill="none" stroke="#9aa8a0" stroke-width="6" d="m210 200 60-70 45 50 30-30 45 50z"/><circle cx="365" cy="105" r="18" fill="#9aa8a0"/></svg>');

// For the canvas only: in attributes the shop's own values stand for their names, and a picture that is code, or none, is drawn.
export function shownSources(mjml, shop = {}) {
  const named = mjml.replace(/="\{\{\s*shop\.(\w+)\s*\}\}"/g, (whole, name) => (shop[name] ? `="${shop[name]}"` : whole));
  const drawn = named.replace(/\b(src|background-url)="([^"]*)"/g, (whole, name, value) => (!value || value.includes("{{") ? `${name}="${name === "src" ? BLANK : ""}"` : whole));
  return drawn.replace(/\b[\w-]*color="\{\{[^"]*"/g, "");
}

function box(words) {
  return {
    model: {
      defaults: {
        tagName: "div", draggable: INTO, droppable: PIECES, stylable: false, editable: false, highlightable: true,
        ...words.defaults,
      },
      init() {
        this.on(`change:${words.watched.join(" change:")}`, () => this.view?.label());
      },
    },
    view: {
      onRender() {
        this.label();
      },
      label() {
        this.el.classList.add("rg-box", words.style);
        this.el.dataset.label = words.label(this.model);
      },
    },
  };
}

const segmentName = (segments, id) => segments.find((one) => one.id === id)?.name ?? (id ? "a segment that is gone" : "a segment: choose it beside");

function boxTypes(segments, lists) {
  return {
    "rg-loop": box({
      style: "rg-loop", watched: ["each"], label: (model) => `For each ${model.get("each")}`,
      defaults: {
        name: "For each", each: "item in data.items",
        traits: [{ type: "rg-text", name: "each", label: "For each", changeProp: true, list: lists, help: "A name for one of them, “in”, and the list: item in data.items" }],
      },
    }),
    "rg-condition": box({
      style: "rg-condition", watched: ["test"], label: (model) => `Only if ${model.get("test")}`,
      defaults: {
        name: "Only if", test: "data.discount",
        traits: [{ type: "rg-text", name: "test", label: "Only if", changeProp: true, help: "A variable that is there, or a comparison: customer.orders > 3" }],
      },
    }),
    "rg-shown": box({
      style: "rg-condition", watched: ["segment", "not"], label: (model) => `${model.get("not") ? "Not for" : "Only for"} ${segmentName(segments, model.get("segment"))}`,
      defaults: {
        name: "By segment", segment: "", not: false,
        traits: [
          { type: "rg-select", name: "segment", label: "Segment", changeProp: true, options: [{ id: "", label: "Choose…" }, ...segments.map(({ id, name }) => ({ id, label: name }))] },
          { type: "rg-check", name: "not", label: "For everybody else", changeProp: true },
        ],
      },
    }),
  };
}

// A part that is shown and kept as it was written.
const verbatim = (compile) => ({
  model: {
    defaults: {
      name: "MJML", tagName: "div", source: "", draggable: `${INTO}, [data-gjs-type="mj-column"]`, droppable: false, stylable: false, editable: false,
      traits: [{ type: "rg-area", name: "source", label: "MJML", changeProp: true }],
    },
  },
  view: {
    init() {
      this.listenTo(this.model, "change:source", this.render);
    },
    onRender() {
      const { parent, source } = { parent: this.model.parent()?.get("type"), source: this.model.get("source") };
      this.el.classList.add("rg-verbatim");
      this.el.innerHTML = source.startsWith("<!--") ? "" : compile(source, parent === "mj-column");
      if (!this.el.textContent.trim() && !this.el.querySelector("img, hr")) this.el.dataset.label = source.slice(0, 60);
    },
  },
});

const code = {
  model: {
    defaults: {
      name: "Code", tagName: "div", code: "", draggable: true, droppable: false, stylable: false, editable: false,
      traits: [{ type: "rg-area", name: "code", label: "Code or HTML", changeProp: true }],
    },
  },
  view: {
    init() {
      this.listenTo(this.model, "change:code", this.render);
    },
    onRender() {
      this.el.classList.add("rg-code");
      this.el.textContent = this.model.get("code").trim() || "Nothing yet";
    },
  },
};

// What can be set beside the canvas, in words rather than names of attributes.
const TRAITS = {
  "mj-image": [{ type: "rg-text", name: "src", label: "Picture’s address", changeProp: true, placeholder: "https://…" }, { type: "rg-text", name: "alt", label: "In words", placeholder: "For who cannot see it" }, { type: "rg-text", name: "href", label: "Link", placeholder: "https://…" }],
  "mj-button": [{ type: "rg-text", name: "href", label: "Link", placeholder: "https://…", help: "Clicks are counted, and the address is never shown to others than your customer." }],
  "mj-section": [{ type: "rg-check", name: "full-width", label: "Full width", valueTrue: "full-width" }],
  "mj-wrapper": [{ type: "rg-check", name: "full-width", label: "Full width", valueTrue: "full-width" }],
  "mj-text": [],
  "mj-column": [],
  "mj-divider": [],
  "mj-spacer": [],
};

export function addTypes(editor, { compile, segments, lists }) {
  addTraits(editor);
  const add = (type, definition) => editor.Components.addType(type, definition);
  for (const [type, definition] of Object.entries(boxTypes(segments, lists))) add(type, definition);
  add("rg-verbatim", verbatim(compile));
  add("rg-code", code);
  for (const [type, traits] of Object.entries(TRAITS)) add(type, { model: { defaults: { traits } } });
  add("mj-section", { model: { defaults: { draggable: INTO } } });
  add("mj-wrapper", { model: { defaults: { draggable: INTO, droppable: PIECES } } });
  add("mj-body", { model: { defaults: { droppable: PIECES } } });
}

// The fields beside the canvas: a text with suggestions and a word of help, an area for code, a choice, a box to tick.
const made = (name, values = {}) => Object.assign(document.createElement(name), values);

function textField(trait) {
  const holder = made("div");
  const field = made("input", { type: "text", placeholder: trait.get("placeholder") ?? "" });
  holder.append(field);
  if (trait.get("list")?.length) {
    const list = made("datalist", { id: `list-${trait.get("name")}` });
    list.append(...trait.get("list").map((value) => new Option(value, value)));
    field.setAttribute("list", list.id);
    holder.append(list);
  }
  if (trait.get("help")) holder.append(made("p", { className: "hint", textContent: trait.get("help") }));
  return holder;
}

function choiceField(trait) {
  const field = made("select");
  field.append(...trait.get("options").map(({ id, label }) => new Option(label, id)));
  return field;
}

const FIELDS = {
  "rg-text": textField,
  "rg-area": () => made("textarea", { rows: 8, spellcheck: false, className: "mono" }),
  "rg-select": choiceField,
  "rg-check": () => made("input", { type: "checkbox" }),
};
const inputOf = (holder) => (holder.matches("input, textarea, select") ? holder : holder.querySelector("input, textarea, select"));

function addTraits(editor) {
  for (const [type, make] of Object.entries(FIELDS)) {
    editor.TraitManager.addType(type, {
      createInput({ trait }) {
        const holder = make(trait);
        inputOf(holder).setAttribute("aria-label", trait.get("label"));
        return holder;
      },
      onEvent({ component, trait, elInput }) {
        const field = inputOf(elInput);
        const on = trait.get("valueTrue") ?? true;
        const value = type === "rg-check" ? (field.checked ? on : (trait.get("changeProp") ? false : "")) : field.value;
        if (trait.get("changeProp")) component.set(trait.get("name"), value);
        else component.addAttributes({ [trait.get("name")]: value });
      },
      onUpdate({ component, trait, elInput }) {
        const field = inputOf(elInput);
        const value = trait.get("changeProp") ? component.get(trait.get("name")) : component.getAttributes()[trait.get("name")];
        if (type === "rg-check") field.checked = Boolean(value);
        else if (field.value !== (value ?? "")) field.value = value ?? "";
      },
    });
  }
}

const CONTAINERS = new Set(["mj-section", "mj-wrapper", "mj-group", "mj-column"]);

// A node of the tree as GrapesJS wants a component defined.
export function component(node) {
  if (BOXES[node.tag]) {
    const { tag, children, ...rest } = node;
    return { type: BOXES[tag], ...rest, components: children.map(component) };
  }
  if (node.tag === "verbatim") return { type: "rg-verbatim", source: node.source };
  if (node.tag === "mj-raw") return { type: "rg-code", code: node.content };
  const made = { type: node.tag, tagName: node.tag, attributes: { ...node.attributes } };
  if (node.content !== undefined) made.components = node.content.trim();
  else if (CONTAINERS.has(node.tag)) made.components = node.children.map(component);
  return made;
}

// And back.
export function node(made) {
  const type = made.get("type");
  const box = Object.entries(BOXES).find(([, name]) => name === type)?.[0];
  if (box) {
    const own = { loop: { each: made.get("each") }, condition: { test: made.get("test") }, shown: { segment: made.get("segment"), not: made.get("not") } }[box];
    return { tag: box, ...own, children: nodes(made) };
  }
  if (type === "rg-verbatim") return { tag: "verbatim", source: made.get("source") };
  if (type === "rg-code") return { tag: "mj-raw", attributes: {}, content: made.get("code") };
  const attributes = { ...made.getAttrToHTML() };
  if (type === "mj-image") attributes.src = made.get("src") || attributes.src;
  if (type === "mj-text" || type === "mj-button") return { tag: type, attributes, content: innerText(made.getInnerHTML()) };
  return { tag: type, attributes, children: nodes(made) };
}

const nodes = (made) => made.components().models.filter((one) => one.get("type")?.startsWith("mj-") || one.get("type")?.startsWith("rg-")).map(node);

export function bodyOf(editor) {
  return editor.getWrapper().find(BODY)[0] ?? editor.getWrapper().findType(BODY)[0];
}

// The mail as MJML. `around` is what stands before and after the body, which the builder leaves alone.
export function markup(editor, around) {
  const body = bodyOf(editor);
  return write({ before: around.before || undefined, after: around.after || undefined, attributes: body.getAttrToHTML(), nodes: nodes(body) });
}
