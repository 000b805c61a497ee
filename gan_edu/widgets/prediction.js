const NOTHING_YET = {
  play: "Nothing yet: press Play below, and it will stand here.",
  cell: "Nothing yet: a cell below measures it. Run the cells down to it, and it will stand here.",
};

function render({ model, el }) {
  const question = model.get("question");
  const group = choices("radio", question.options);
  const status = make("div", { role: "status", class: "gan-feedback" });
  const send = (choice) => model.send({ choice });
  const lock = button("Lock in prediction", "gan-main", () => {
    const [choice] = group.read();
    if (choice) send(choice);
    else {
      status.className = "gan-feedback gan-hint";
      status.replaceChildren(make("p", { class: "gan-verdict" }, "Choose one first; ‘Not sure’ is fine too."));
    }
  });
  const skip = button("Skip", "gan-quiet", () => send("skipped"));
  const buttons = make("div", { class: "gan-buttons" }, lock, skip);
  const card = make("fieldset", { class: "gan-card gan-predict" },
    make("legend", {}, make("span", { class: "gan-eyebrow" }, "Your prediction · never scored"), rich(question.text)),
    question.code ? make("pre", { class: "gan-code" }, make("code", {}, question.code)) : null,
    group.node, buttons, status);

  const column = (title, ...content) => make("div", { class: "gan-column" }, make("h4", {}, title), make("p", {}, ...content));
  function update() {
    const choice = model.get("locked");
    const measured = model.get("measured");
    if (!choice) return;
    group.node.hidden = buttons.hidden = true; // the answer stands below, and the playground should stay in sight
    status.className = "gan-feedback gan-compare";
    const predicted = column("You predicted", rich(model.get("spoken")));
    if (measured) {
      status.replaceChildren(make("div", { class: "gan-columns" }, predicted, column("Measured", measured)),
        make("p", { class: "gan-why" }, make("strong", {}, "Why? "), rich(question.why)));
    } else {
      status.replaceChildren(make("div", { class: "gan-columns" }, predicted,
        column("Measured", make("em", {}, NOTHING_YET[model.get("measured_by")]))));
    }
  }
  model.on("change:locked", update);
  model.on("change:measured", update);
  model.on("change:measured_by", update);
  update();
  el.append(make("div", { class: "gan-course" }, noticeLine(model), card));
}

export default { render: alive(render) };
