// Small helpers: elements from plain data (text is always text, never markup), and frames from bytes.

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  if (["INPUT", "SELECT", "BUTTON", "TEXTAREA"].includes(element.tagName)) {
    element.dataset.lmSuppressShortcuts = "true"; // JupyterLab would take the arrow keys otherwise
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

function button(text, action, attributes = {}) {
  return make("button", { type: "button", onclick: action, ...attributes }, text);
}

let counter = 0;
function labelled(text, control, hint) {
  control.id = control.id || `gan-control-${Date.now().toString(36)}-${counter++}`;
  const label = make("label", { for: control.id }, text);
  return make("div", { class: "gan-field" }, label, control, hint ?? null);
}

function select(text, options, words, onchange) {
  const control = make("select", { onchange: () => onchange(control.value) });
  options.forEach((option) => control.append(make("option", { value: option }, words(option))));
  return { element: labelled(text, control), control, words };
}

// A slider over a list of values; `words(value)` is what a screen reader and the label beside it say.
function slider(text, values, words, oninput) {
  const output = make("span", { class: "gan-value", "aria-hidden": "true" }); // an <output> would be read out at each change
  const control = make("input", { type: "range", min: 0, max: values.length - 1, step: 1 });
  const show = (value) => {
    output.textContent = words(value, true);
    control.setAttribute("aria-valuetext", words(value, false));
  };
  control.addEventListener("input", () => {
    const value = values[+control.value];
    show(value);
    oninput(value);
  });
  const set = (value) => {
    let nearest = 0;
    values.forEach((v, i) => {
      if (Math.abs(Math.log(v / value)) < Math.abs(Math.log(values[nearest] / value))) nearest = i;
    });
    if (document.activeElement !== control || values[+control.value] !== value) control.value = nearest;
    show(value);
  };
  return { element: labelled(text, control, output), control, set };
}

// Whether a picture has its width. A theme on its way takes it for a moment, and no ResizeObserver may tell of that:
// so `again` is called a little later, for some seconds; after that, as in a hidden tab, it is the observer's turn.
function hasWidth(picture, again) {
  if (picture.clientWidth) { delete picture.dataset.missed; return true; }
  picture.dataset.missed = +(picture.dataset.missed ?? 0) + 1;
  if (picture.isConnected && picture.dataset.missed < 40) setTimeout(again, 100);
  return false;
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// The Python side packs frames in gan_edu/widgets/frames.py.
function unpack(view) {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  if (bytes.length < 4) return null;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  const body = bytes.slice(4 + length); // a copy, so that floats lie on a multiple of four
  const arrays = {};
  for (const [name, kind, shape, place] of header.arrays) {
    const count = shape.reduce((a, b) => a * b, 1);
    const Kind = kind === "u1" ? Uint8Array : Float32Array;
    arrays[name] = { data: new Kind(body.buffer, place, count), shape };
  }
  return { header, arrays };
}
