// MJML as the builder sees it: text to a tree and back. What the builder has no part for goes through it unchanged.
//
// A node is { tag, attributes, children } for a box, { tag, attributes, content } for what holds text, and
// { tag: "verbatim", source } for the rest. Loops and conditions stand in the text as
// <mj-raw>{% for … %}</mj-raw> … <mj-raw>{% endfor %}</mj-raw>; in the tree they are boxes of their own.
const TEXTS = new Set(["mj-text", "mj-button", "mj-raw", "mj-table", "mj-title", "mj-preview", "mj-style", "mj-social-element", "mj-navbar-link", "mj-accordion-title", "mj-accordion-text"]);
const KNOWN = new Set(["mj-section", "mj-wrapper", "mj-group", "mj-column", "mj-text", "mj-button", "mj-image", "mj-divider", "mj-spacer", "mj-raw"]);
const CODE = /\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}|\{#[\s\S]*?#\}/g;
const OPENS = /^\s*\{%-?\s*(for|if)\s+([\s\S]*?)\s*-?%\}\s*$/;
const ENDS = /^\s*\{%-?\s*end(for|if)\s*-?%\}\s*$/;
const MIDDLE = /^\s*\{%-?\s*(else|elif)\b/;
const SHOWN = /^(not\s+)?in_segment\(\s*["']([\w-]*)["']\s*\)$/;
const VOID = /<(br|hr|img|input|wbr)\b((?:"[^"]*"|'[^']*'|[^>"'])*?)\s*\/?>/gi;

// What a mail begins as: fonts that every mail program has.
const EMPTY = '<mjml>\n  <mj-head>\n    <mj-attributes>\n      <mj-all font-family="Arial, Helvetica, sans-serif" />\n      <mj-text font-size="15px" line-height="1.5" color="#22302a" />\n    </mj-attributes>\n  </mj-head>\n  <mj-body background-color="#f4f5f4" />\n</mjml>';

export class MarkupError extends Error {}

const ENTITIES = { amp: "&", lt: "<", gt: ">", quot: "\"", apos: "'" };

function plain(text) {
  return text.replace(/&(amp|lt|gt|quot|apos|#39|#34);/g, (whole, name) => ENTITIES[name] ?? String.fromCharCode(Number(name.slice(1))));
}

// Text that may hold code: outside of it as `write` says, inside of it as it was typed.
function aroundCode(text, write, code) {
  let out = "";
  let at = 0;
  for (const found of text.matchAll(CODE)) {
    out += write(text.slice(at, found.index)) + code(found[0]);
    at = found.index + found[0].length;
  }
  return out + write(text.slice(at));
}

function attributeText(value) {
  const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("\"", "&quot;").replaceAll("<", "&lt;");
  return aroundCode(String(value), escaped, (code) => code.replaceAll("\"", "'"));
}

// The tags inside of texts, as XML wants them; code in them as it was typed.
export function innerText(html) {
  const closed = html.replace(VOID, (_, name, rest) => `<${name}${rest} />`).replaceAll("&nbsp;", "&#160;");
  return aroundCode(closed, (text) => text.replace(/\sdata-gjs-[\w-]+="[^"]*"/g, ""), plain);
}

class Reader {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  rest(pattern) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found) this.at = pattern.lastIndex;
    return found;
  }

  fail(what) {
    const line = this.text.slice(0, this.at).split("\n").length;
    throw new MarkupError(`${what} (line ${line})`);
  }

  // One attribute's value, whose quotes may also stand inside code.
  value(quote) {
    let out = "";
    while (this.at < this.text.length) {
      const code = this.rest(/\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/y);
      if (code) out += code[0];
      else if (this.text[this.at] === quote) {
        this.at += 1;
        return out;
      } else out += this.text[this.at++];
    }
    return this.fail("An attribute is not closed");
  }

  attributes() {
    const found = {};
    for (;;) {
      this.rest(/\s+/y);
      const name = this.rest(/[\w:-]+/y);
      if (!name) return found;
      const quote = this.rest(/\s*=\s*(["'])/y);
      found[name[0]] = quote ? aroundCode(this.value(quote[1]), plain, (code) => code) : "";
    }
  }

  element() {
    const start = this.at;
    const [, tag] = this.rest(/<([\w-]+)/y) ?? this.fail("A tag is expected");
    const attributes = this.attributes();
    if (this.rest(/\s*\/>/y)) return { tag, attributes, ...(TEXTS.has(tag) ? { content: "" } : { children: [] }), source: this.text.slice(start, this.at) };
    if (!this.rest(/\s*>/y)) this.fail(`The tag <${tag}> is not closed`);
    const node = TEXTS.has(tag) ? { tag, attributes, content: this.content(tag) } : { tag, attributes, children: this.children(tag) };
    return { ...node, source: this.text.slice(start, this.at) };
  }

  content(tag) {
    const end = new RegExp(`</${tag}\\s*>`, "g");
    end.lastIndex = this.at;
    const found = end.exec(this.text);
    if (!found) this.fail(`<${tag}> has no end`);
    const content = this.text.slice(this.at, found.index);
    this.at = end.lastIndex;
    return content;
  }

  children(tag) {
    const found = [];
    for (;;) {
      const between = this.rest(/(?:\s+|<!--[\s\S]*?-->)+/y);
      if (between?.[0].trim()) found.push({ tag: "verbatim", source: between[0].trim() });
      const code = this.rest(/\{%[\s\S]*?%\}|\{\{[\s\S]*?\}\}/y);
      if (code) found.push({ tag: "mj-raw", attributes: {}, content: code[0], source: code[0] });
      else if (this.rest(new RegExp(`</${tag}\\s*>`, "y"))) return found;
      else if (this.at >= this.text.length || this.text.startsWith("</", this.at)) this.fail(`<${tag}> has no end`);
      else if (this.text[this.at] === "<") found.push(this.element());
      else this.rest(/[^<{]+|\{/y);
    }
  }
}

// The box that code opens: a loop or a condition, with what stands up to its end; null when it is not so simple.
function boxed(nodes, start) {
  const opened = nodes[start].tag === "mj-raw" && OPENS.exec(nodes[start].content);
  if (!opened) return null;
  let depth = 1;
  for (let at = start + 1; at < nodes.length; at += 1) {
    if (nodes[at].tag !== "mj-raw") continue;
    const { content } = nodes[at];
    if (depth === 1 && MIDDLE.test(content)) return null;
    if (OPENS.test(content)) depth += 1;
    else if (ENDS.test(content)) depth -= 1;
    if (depth === 0) return { node: { ...head(opened[1], opened[2]), children: folded(nodes.slice(start + 1, at)) }, next: at + 1 };
  }
  return null;
}

function head(kind, words) {
  if (kind === "for") return { tag: "loop", each: words };
  const shown = SHOWN.exec(words);
  return shown ? { tag: "shown", segment: shown[2], not: Boolean(shown[1]) } : { tag: "condition", test: words };
}

function folded(nodes) {
  const found = [];
  for (let at = 0; at < nodes.length;) {
    const box = boxed(nodes, at);
    found.push(box ? box.node : settled(nodes[at]));
    at = box ? box.next : at + 1;
  }
  return found;
}

function settled(node) {
  if (node.tag === "verbatim" || !KNOWN.has(node.tag)) return { tag: "verbatim", source: node.source };
  if (node.tag === "mj-wrapper") return { ...node, children: folded(node.children) };
  return node.children ? { ...node, children: node.children.map(settled) } : node;
}

// { before, body: { attributes }, nodes }: `before` is all that stands above the body (the head among it).
export function read(mjml) {
  const text = mjml.trim() || EMPTY;
  const start = /<mj-body\b/.exec(text);
  if (!start) throw new MarkupError("There is no <mj-body>");
  const reader = new Reader(text);
  reader.at = start.index;
  const body = reader.element();
  return { before: text.slice(0, start.index), attributes: body.attributes, nodes: folded(body.children), after: text.slice(reader.at) };
}

const opening = (node) => {
  if (node.tag === "loop") return `{% for ${node.each} %}`;
  if (node.tag === "condition") return `{% if ${node.test} %}`;
  return `{% if ${node.not ? "not " : ""}in_segment("${node.segment}") %}`;
};

function element(node, depth) {
  const pad = "  ".repeat(depth);
  if (node.tag === "verbatim") return `${pad}${node.source}\n`;
  if (["loop", "condition", "shown"].includes(node.tag)) {
    const inner = node.children.map((child) => element(child, depth)).join("");
    return `${pad}<mj-raw>${opening(node)}</mj-raw>\n${inner}${pad}<mj-raw>{% end${node.tag === "loop" ? "for" : "if"} %}</mj-raw>\n`;
  }
  const attributes = Object.entries(node.attributes ?? {}).filter(([, value]) => value !== "" && value !== undefined && value !== null).map(([name, value]) => ` ${name}="${attributeText(value)}"`).join("");
  if (node.content !== undefined) return `${pad}<${node.tag}${attributes}>${node.content}</${node.tag}>\n`;
  if (!node.children?.length) return `${pad}<${node.tag}${attributes} />\n`;
  return `${pad}<${node.tag}${attributes}>\n${node.children.map((child) => element(child, depth + 1)).join("")}${pad}</${node.tag}>\n`;
}

export function write({ before = "<mjml>\n", attributes = {}, nodes, after = "\n</mjml>" }) {
  const body = element({ tag: "mj-body", attributes, children: nodes }, 1).trim();
  return `${before.trimEnd()}\n  ${body}\n${after.trim()}\n`;
}

// The head's own settings (fonts, defaults of tags, styles), for showing parts one by one.
export function headOf(before) {
  return /<mj-head\b[\s\S]*<\/mj-head>/.exec(before)?.[0] ?? "";
}
