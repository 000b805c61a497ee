const DONE = ["right", "revealed"];

// Each kind of question: node to show, read() the answer for the kernel, write(answer), enable(on).
const INPUTS = {
  single(question) {
    const group = choices("radio", question.options);
    return { ...group, read: () => group.read()[0] ?? null, write: (key) => group.write(key === null ? [] : [key]) };
  },
  several(question) {
    const group = choices("checkbox", question.options);
    return { ...group, write: (keys) => group.write(keys ?? []) };
  },
  number() {
    // A number field would edit the text before anybody judges it: '-1,386' becomes -1386. The kernel reads it.
    const input = control("input", { type: "text", inputmode: "decimal", autocomplete: "off", class: "gan-number" });
    return {
      node: make("label", { class: "gan-number-label" }, "Your number", input),
      rows: {},
      read: () => input.value,
      write: (value) => (input.value = value ?? ""),
      enable: (on) => (input.disabled = !on),
      input,
    };
  },
  ordering,
};

function ordering(question) {
  const list = make("ol", { class: "gan-order" });
  const spoken = make("div", { class: "gan-unseen", "aria-live": "polite" });
  const rows = {};
  const plain = Object.fromEntries(question.options.map(([key, , words]) => [key, words]));
  const mover = (key, label, sign, step) => {
    const node = button(sign, "gan-move", () => {
      const place = [...list.children].indexOf(rows[key]);
      const other = list.children[place + step];
      if (!other || node.getAttribute("aria-disabled") === "true") return;
      list.insertBefore(rows[key], step < 0 ? other : other.nextSibling);
      node.focus();
      mark();
      spoken.textContent = `${plain[key]}: now ${place + step + 1} of ${list.children.length}`;
    });
    node.setAttribute("aria-label", `Move ${label}: ${plain[key]}`);
    return node;
  };
  for (const [key, label] of question.options) {
    rows[key] = make("li", { "data-key": key }, make("span", { class: "gan-order-text" }, rich(label)),
      mover(key, "up", "↑", -1), mover(key, "down", "↓", 1));
    list.append(rows[key]);
  }
  let on = true;
  // The outermost buttons stay focusable, so that a learner who moves by keyboard does not lose the place.
  const mark = () => [...list.children].forEach((row, index, all) => {
    const [up, down] = row.querySelectorAll("button");
    up.setAttribute("aria-disabled", String(!on || index === 0));
    down.setAttribute("aria-disabled", String(!on || index === all.length - 1));
  });
  mark();
  return {
    node: make("div", {}, list, spoken),
    rows,
    read: () => [...list.children].map((row) => row.dataset.key),
    write: (keys) => { list.append(...(keys ?? question.options.map(([key]) => key)).map((key) => rows[key])); mark(); },
    enable: (now) => { on = now; mark(); },
  };
}

function seeLine(see) {
  if (!see) return null;
  const where = see.file ? notebookLink(see.file, see.title, see.section) : `${see.title} (still to come)`;
  return make("p", { class: "gan-see" }, `New to you? See ‘${see.section}’ in `, where, ".");
}

// What stands in the status region for a state from the kernel.
function feedback(state) {
  const line = (cls, ...content) => make("p", { class: cls }, ...content);
  const parts = [];
  if (state.verdict) parts.push(line("gan-verdict", state.verdict));
  if (state.answer) parts.push(line("gan-answer", make("strong", {}, "The answer: "), rich(state.answer)));
  if (state.feedback) parts.push(line("gan-why", rich(state.feedback)));
  if (state.belief) parts.push(line("gan-belief", "The belief behind it: ", make("q", {}, rich(state.belief))));
  if (state.unsaved) parts.push(line("gan-notice", state.unsaved));
  if (state.first) parts.push(line("gan-first", "Your first answer, which counts: ", rich(state.first)));
  return parts;
}

function markRows(rows, state) {
  const chosen = [state.value ?? []].flat();
  const right = state.solution === null || state.solution === undefined ? [] : [state.solution].flat();
  for (const [key, row] of Object.entries(rows)) {
    row.querySelector(".gan-tag")?.remove();
    row.classList.toggle("gan-is-right", right.includes(key));
    row.classList.toggle("gan-is-chosen", right.length > 0 && chosen.includes(key));
    if (right.includes(key)) row.append(make("span", { class: "gan-tag" }, chosen.includes(key) ? "✓ right" : "✓ answer"));
    else if (right.length && chosen.includes(key)) row.append(make("span", { class: "gan-tag" }, "your answer"));
  }
}

function drawQuestion(model, question) {
  const inputs = INPUTS[question.kind](question);
  const status = make("div", { role: "status", class: "gan-feedback" });
  const practice = make("p", { class: "gan-practice" }, "Practice: your first answer stays as it is.");
  let state = {};
  const send = (what) => model.send({ do: what, question: question.uid, value: inputs.read() });
  const check = button("Check answer", "gan-main", () => send(DONE.includes(state.status) ? "retry" : "answer"));
  const skip = button("Skip", "gan-quiet", () => send(state.status === "skipped" ? "show" : "skip"));
  inputs.input?.addEventListener("keydown", (event) => { if (event.key === "Enter") check.click(); });
  const body = make("div", { class: "gan-body" },
    question.code ? make("pre", { class: "gan-code" }, make("code", {}, question.code)) : null,
    inputs.node, seeLine(question.see));
  const buttons = make("div", { class: "gan-buttons" }, check, skip);
  const card = make("fieldset", { class: "gan-card" },
    make("legend", {}, make("span", { class: "gan-eyebrow" }, question.label), rich(question.text)),
    body, practice, buttons, status);

  function update() {
    const next = model.get("states")[question.uid];
    if (JSON.stringify(next) === JSON.stringify(state)) return;
    const fresh = next.status === "open" && !next.ask;
    state = next;
    const done = DONE.includes(state.status);
    if (!state.ask) inputs.write(fresh ? null : state.value);
    inputs.enable(!done);
    markRows(inputs.rows, question.kind === "ordering" ? { ...state, solution: null } : state);
    check.textContent = done ? "Try again" : "Check answer";
    check.className = `gan-button ${done ? "gan-quiet" : "gan-main"}`;
    practice.hidden = !state.practice || done;
    body.hidden = check.hidden = state.status === "skipped";
    skip.hidden = !question.skippable || !["open", "skipped"].includes(state.status) || state.practice;
    skip.textContent = state.status === "skipped" ? "Show the question" : "Skip";
    status.className = `gan-feedback gan-${state.ask ? "hint" : state.status}`;
    status.replaceChildren(...feedback(state));
  }
  model.on("change:states", update);
  update();
  return card;
}

function render({ model, el }) {
  const heading = model.get("heading");
  const root = make("div", { class: "gan-course gan-quiz" }, heading ? make("p", { class: "gan-heading" }, heading) : null,
    noticeLine(model));
  for (const question of model.get("questions")) root.append(drawQuestion(model, question));
  for (const line of model.get("lines")) root.append(make("p", { class: "gan-line" }, line));
  el.append(root);
}

export default { render: alive(render) };
