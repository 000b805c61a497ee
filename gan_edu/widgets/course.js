// Shared by the course's widgets. All text goes in by textContent; elements are made by name from fixed lists, so
// nothing in a quiz file can become HTML or script.

const MATH = "http://www.w3.org/1998/Math/MathML";
const MATH_TAGS = new Set(
  ("math mrow mi mo mn mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover mtable mtr mtd " +
    "mstyle mpadded mphantom").split(" "));
const MATH_ATTRIBUTES = new Set(
  ("mathvariant stretchy fence form separator accent accentunder displaystyle scriptlevel width display " +
    "linethickness columnalign minsize maxsize").split(" "));

// make("p", {class: "x"}, "text", node): an element with attributes and children; strings become text nodes.
function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null));
  return node;
}

// JupyterLab takes arrow keys and letters from inputs unless the focused element itself carries this attribute.
function control(tag, attributes, ...children) {
  return make(tag, { ...attributes, "data-lm-suppress-shortcuts": "true" }, ...children);
}

function button(label, look, onClick) {
  const node = control("button", { type: "button", class: `gan-button ${look}` }, label);
  node.addEventListener("click", onClick);
  return node;
}

// A tree from gan_edu/course/text.py, as DOM nodes.
function rich(nodes) {
  const made = document.createDocumentFragment();
  for (const [kind, content] of nodes) {
    if (kind === "strong" || kind === "em") made.append(make(kind, {}, rich(content)));
    else if (kind === "code") made.append(make("code", {}, content));
    else if (kind === "math") made.append(maths(content));
    else made.append(content);
  }
  return made;
}

function maths(element) {
  if (typeof element === "string") return document.createTextNode(element);
  const [tag, attributes, children] = element;
  if (!MATH_TAGS.has(tag)) return document.createTextNode("");
  const node = document.createElementNS(MATH, tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (MATH_ATTRIBUTES.has(name)) node.setAttribute(name, value);
  }
  node.append(...children.map(maths));
  return node;
}

// A link to another notebook in the same folder, or to a part of it; inside JupyterLab it opens as a tab of the same
// window.
function notebookLink(file, label, section = "") {
  // A cell's id is found at once, a heading only when its cell has been drawn: the refresher's cells are named so.
  const id = section && `#cell-id=${section.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "")}`;
  const link = control("a", { href: file + encodeURI(id), target: "_blank", rel: "noopener" }, label);
  const inLab = /\/lab\/(?:workspaces\/[^/]+\/)?tree\/(.*)$/.exec(window.location.pathname);
  if (inLab) {
    const folder = decodeURIComponent(inLab[1]).replace(/[^/]*$/, "");
    link.dataset.commandlinkerCommand = id ? "rendermime:handle-local-link" : "docmanager:open";
    link.dataset.commandlinkerArgs = JSON.stringify({ path: folder + file, ...(id && { id }) });
  }
  return link;
}

// A line that follows the widget's `notice`, such as progress that cannot be saved.
function noticeLine(model) {
  const line = make("p", { class: "gan-notice" });
  const show = () => {
    line.textContent = model.get("notice");
    line.hidden = !line.textContent;
  };
  model.on("change:notice", show);
  show();
  return line;
}

// A group of radio buttons or checkboxes; read() gives the chosen keys, write(keys) sets them.
let groups = 0;
function choices(type, options) {
  const name = `gan-choice-${groups++}`;
  const inputs = options.map(([key]) => control("input", { type, name, value: key }));
  const rows = options.map(([, label], index) =>
    make("label", { class: "gan-option" }, inputs[index], make("span", {}, rich(label))));
  return {
    node: make("div", { class: "gan-options" }, ...rows),
    rows: Object.fromEntries(options.map(([key], index) => [key, rows[index]])),
    read: () => inputs.filter((input) => input.checked).map((input) => input.value),
    write: (keys) => inputs.forEach((input) => (input.checked = keys.includes(input.value))),
    enable: (on) => inputs.forEach((input) => (input.disabled = !on)),
  };
}
