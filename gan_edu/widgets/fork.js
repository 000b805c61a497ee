// 'Fork': a small form that asks which setting differs, and the place below the playground where the twin panes open.

function buildForkForm(send) {
  let offers = [];
  const offer = () => offers.find(({ name }) => name === which.control.value);
  const which = select("What differs on the right", [], String, () => showOffer());
  const number = make("input", { type: "text", spellcheck: false, inputmode: "decimal" });
  const choice = make("select", {});
  const now = make("span", { class: "gan-value" });
  const numberField = labelled("Its new value", number, now.cloneNode());
  const choiceField = labelled("Its new value", choice, now.cloneNode());
  const notice = make("div", { class: "gan-fork-notice", role: "alert" });
  const value = () => (offer().choices.length ? choice.value : number.value);
  const open = () => send("fork_open", { name: which.control.value, value: value() });
  number.addEventListener("keydown", (event) => { if (event.key === "Enter") open(); });
  const showOffer = () => {
    const { choices, now: before, new: after } = offer();
    numberField.hidden = choices.length > 0;
    choiceField.hidden = !choices.length;
    for (const field of [numberField, choiceField]) setText(field.querySelector(".gan-value"), `now ${before}`);
    choice.replaceChildren(...choices.map(([key, words]) => make("option", { value: key }, words)));
    (choices.length ? choice : number).value = after;
  };
  const element = make("div", { class: "gan-fork-form", role: "group", "aria-label": "Fork", hidden: true },
    make("div", { class: "gan-selects" }, which.element, numberField, choiceField),
    make("div", { class: "gan-row" }, button("Open fork", open), button("Cancel", () => send("fork_close"))), notice);
  const take = (told) => {
    const opening = element.hidden && told.offers;
    element.hidden = !told.offers;
    setText(notice, told.notice ?? "");
    if (!opening) return;
    offers = told.offers;
    which.control.replaceChildren(...offers.map(({ name, words }) => make("option", { value: name }, words)));
    showOffer();
    which.control.focus({ preventScroll: true });
  };
  return { element, take };
}

function buildFork(model, send) {
  const ask = button("Fork", () => send("fork"), { title: "Two panes go on from here, with one setting different" });
  const form = buildForkForm(send);
  const element = make("div", { class: "gan-fork gan-from-balance" }, ask, form.element);
  const mount = make("div", { class: "gan-fork-mount" });
  let view = null, shown = null;
  const take = async () => {
    const told = model.get("forking");
    ask.hidden = Boolean(told.offers);
    if (!told.offers && form.element.contains(document.activeElement)) { form.take(told); ask.focus({ preventScroll: true }); }
    form.take(told);
    if ((told.open ?? null) === shown) return;
    const back = mount.contains(document.activeElement);
    shown = told.open ?? null;
    view?.remove();
    view = null;
    mount.replaceChildren();
    if (back) ask.focus({ preventScroll: true });
    if (!shown) return;
    const wanted = shown;
    const child = await model.widget_manager.get_model(wanted);
    const made = await model.widget_manager.create_view(child);
    if (wanted !== shown) { made.remove(); return; }
    view = made;
    mount.append(view.el);
    mount.scrollIntoView({ block: "nearest" });
  };
  model.on("change:forking", take);
  take();
  const stop = () => { model.off("change:forking", take); view?.remove(); };
  return { element, mount, stop, lock: (locked) => { ask.disabled = locked; } };
}
