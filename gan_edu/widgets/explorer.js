// The explorer's page side: native labelled controls, one picture that the kernel draws, its numbers and its text.

function rangeInput(control, move) {
  const output = make("span", { class: "gan-value", "aria-hidden": "true" });
  const input = make("input", { type: "range", min: 0, max: control.texts.length - 1, step: 1 });
  const say = () => {
    setText(output, control.texts[+input.value]);
    input.setAttribute("aria-valuetext", control.texts[+input.value]);
  };
  input.addEventListener("input", () => { say(); move(+input.value); });
  const set = (place) => { if (+input.value !== place) input.value = place; say(); };
  return { element: labelled(control.label, input, output), set, input };
}

function listInput(control, move) {
  const input = make("select", { onchange: () => move(input.selectedIndex) });
  control.texts.forEach((text) => input.append(make("option", {}, text)));
  return { element: labelled(control.label, input), input, set: (place) => { input.selectedIndex = place; } };
}

function themeIsDark() {
  const flag = document.body.dataset.jpThemeLight;
  return flag ? flag === "false" : window.matchMedia("(prefers-color-scheme: dark)").matches;
}

function render({ model, el }) {
  const fixed = model.get("fixed");
  const inputs = {};
  const fields = make("div", { class: "gan-explorer-controls" });
  for (const control of fixed.controls) {
    const move = (place) => {
      model.set("places", { ...model.get("places"), [control.name]: place });
      model.save_changes(); // held back while the last is on its way, and then only the newest goes
    };
    inputs[control.name] = (control.kind === "choice" ? listInput : rangeInput)(control, move);
    fields.append(inputs[control.name].element);
  }
  const picture = make("img", { class: "gan-explorer-picture", role: "img" });
  const numbers = make("p", { class: "gan-numbers", role: "status" });
  const error = make("pre", { class: "gan-error", role: "alert", hidden: true });
  const root = make("section", { class: "gan-explorer", "aria-label": fixed.title },
    make("strong", { class: "gan-explorer-title" }, fixed.title),
    make("div", { class: "gan-explorer-body" }, make("div", { class: "gan-explorer-left" }, picture, numbers, error), fields));
  el.append(root);

  let address = "";
  const showPicture = () => {
    const old = address;
    address = URL.createObjectURL(new Blob([model.get("picture")], { type: "image/png" }));
    picture.onload = () => old && URL.revokeObjectURL(old); // the old picture stays until the new one is there
    picture.src = address;
  };
  const showWords = () => {
    const shown = model.get("shown");
    picture.alt = shown.alt;
    setText(numbers, shown.numbers);
    setText(error, shown.error);
    error.hidden = !shown.error;
    root.dataset.shown = JSON.stringify(shown.places); // where the controls stood when this picture was drawn
  };
  const showPlaces = () => {
    const places = model.get("places");
    Object.entries(places).forEach(([name, place]) => inputs[name].set(place));
    for (const { name, only } of fixed.controls) inputs[name].input.disabled = only.some(([other, place]) => places[other] !== place);
  };
  const followTheme = () => {
    if (model.get("dark") === themeIsDark()) return;
    model.set("dark", themeIsDark());
    model.save_changes();
  };
  const theme = new MutationObserver(followTheme);
  theme.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
  const events = [["change:picture", showPicture], ["change:shown", showWords], ["change:places", showPlaces]];
  events.forEach(([name, action]) => model.on(name, action));
  showPlaces();
  showPicture();
  showWords();
  followTheme();
  return () => {
    events.forEach(([name, action]) => model.off(name, action));
    theme.disconnect();
    URL.revokeObjectURL(address);
  };
}

export default { render: alive(render) };
