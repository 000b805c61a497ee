// Each child is a view of the playground's own model, drawn inside the challenge.
async function drawPlayground(model, mount) {
  const child = await model.widget_manager.get_model(model.get("play").slice("IPY_MODEL_".length));
  const view = await model.widget_manager.create_view(child);
  mount.append(view.el);
  return view;
}

function taskCard(task, passed) {
  return make("div", { class: "gan-course" }, make("div", { class: "gan-card" },
    make("span", { class: "gan-eyebrow" }, task.kind, passed),
    make("p", { class: "gan-heading" }, task.title),
    make("p", {}, rich(task.text)),
    make("ul", { class: "gan-rules" }, ...task.rules.map((rule) => make("li", {}, rule)))));
}

function standingTable(standing) {
  const row = ([name, start, now, changed, allowed]) => make("tr", { class: changed ? "gan-changed" : null },
    make("th", { scope: "row" }, name), make("td", {}, start), make("td", {}, now),
    make("td", {}, changed ? (allowed ? "changed" : "✗ put it back") : allowed ? "" : "stays as it is"));
  return make("table", { class: "gan-table" },
    make("caption", {}, "Your settings against the start"),
    make("tr", {}, ...["Setting", "Start", "Yours", "Allowed?"].map((name) => make("th", { scope: "col" }, name))),
    ...standing.rows.map(row));
}

function outcomeTable(result, watch) {
  const row = ([seed, symptom, why, good], index) => make("tr", { class: good ? "gan-good" : null },
    make("td", {}, good ? "✓" : "✗"), make("td", {}, seed), make("th", { scope: "row" }, symptom), make("td", { class: "gan-small" }, why),
    make("td", {}, watchButton(seed, () => watch(index))));
  return make("table", { class: "gan-table gan-outcomes" },
    make("caption", {}, `What became of each seed with ${result.checked}`),
    make("tr", {}, ...["Counts?", "Seed", "Ended as", "Why", "Play it"].map((name) => make("th", { scope: "col" }, name))),
    ...result.rows.map(row));
}

function watchButton(seed, onClick) {
  const node = button("Watch", "gan-move", onClick);
  node.setAttribute("aria-label", `Watch seed ${seed} in the playground`);
  return node;
}

function helpParts(help) {
  const parts = help.hints.map((hint, index) => make("p", {}, make("strong", {}, `Hint ${index + 1}. `), rich(hint)));
  if (help.solution) {
    parts.push(make("p", {}, make("strong", {}, "A solution. "), help.solution.settings.join(", "), ". ", rich(help.solution.why)));
  }
  return parts;
}

const onUnseen = (seeds) => `Check on ${seeds === 1 ? "an unseen seed" : `${seeds} unseen seeds`}`;

function meter(seeds) {
  const fill = make("div", { class: "gan-fill" });
  const track = make("div", { class: "gan-track", role: "progressbar", "aria-label": onUnseen(seeds),
    "aria-valuemin": 0, "aria-valuemax": 100 }, fill);
  const words = make("span", { class: "gan-line", "aria-hidden": "true" });
  const show = (share) => {
    const percent = Math.round(100 * Math.max(share, 0));
    fill.style.width = `${percent}%`;
    track.setAttribute("aria-valuenow", percent);
    track.setAttribute("aria-valuetext", `${percent} % of the training done`);
    words.textContent = `Training ${seeds === 1 ? "a run" : `${seeds} runs`} from step 0: ${percent} %`;
  };
  return { node: make("div", { class: "gan-checking" }, words, track), show };
}

function buildPieces(model, mount) {
  const seeds = model.get("task").seeds;
  const status = make("div", { role: "status", class: "gan-feedback" });
  const send = (what, content = {}) => model.send({ do: what, ...content });
  const plain = (what, content = {}) => model.send({ do: what, ...content });
  const watch = (index) => { plain("watch", { index }); mount.scrollIntoView({ block: "nearest" }); };
  return {
    status, watch, mount, meter: meter(seeds),
    passed: make("span", { class: "gan-passed" }, " · ✓ passed"),
    standing: make("div", {}),
    used: make("p", { class: "gan-used" }),
    refused: make("p", { class: "gan-notice" }),
    outcomes: make("div", { class: "gan-scroll" }),
    help: make("div", { class: "gan-help", "aria-live": "polite" }),
    error: make("pre", { class: "gan-error", role: "alert" }),
    check: button(onUnseen(seeds), "gan-main", () => send("check")),
    cancel: button("Cancel", "gan-quiet", () => plain("cancel")),
    hint: button("Next hint", "gan-quiet", () => plain("hint")),
    solution: button("Show a solution", "gan-quiet", () => plain("solution")),
  };
}

function showStanding(pieces, standing) {
  pieces.standing.replaceChildren(standingTable(standing));
  pieces.used.textContent = `${standing.cost}${standing.over ? " ✗ Too much." : ""}`;
  pieces.refused.textContent = standing.refused && `As it stands this would not be checked: ${standing.refused}`;
  pieces.refused.hidden = !standing.refused;
}

// A hidden button would drop the keyboard: the focus goes to the one that takes its place.
function showChecking(pieces, share) {
  const on = share >= 0;
  const held = [pieces.check, pieces.cancel].includes(document.activeElement);
  pieces.meter.show(share);
  if (pieces.cancel.hidden === !on) return;
  pieces.meter.node.hidden = pieces.cancel.hidden = !on;
  pieces.check.hidden = pieces.mount.inert = on; // the settings stay as they are while they are checked
  pieces.mount.classList.toggle("gan-resting", on);
  if (on) {
    pieces.status.className = "gan-feedback gan-hint";
    pieces.status.replaceChildren(make("p", { class: "gan-verdict" }, "Checking. The playground rests meanwhile."));
  }
  if (held) (on ? pieces.cancel : pieces.check).focus({ preventScroll: true });
}

function showResult(pieces, result) {
  const { verdict, rows, passed } = result;
  pieces.status.className = `gan-feedback gan-${passed ? "right" : rows?.length ? "again" : "hint"}`;
  pieces.status.replaceChildren(...(verdict ? [make("p", { class: "gan-verdict" }, passed ? `✓ ${verdict}` : verdict)] : []));
  pieces.outcomes.replaceChildren(...(rows?.length ? [outcomeTable(result, pieces.watch)] : []));
}

function showHelp(pieces, help) {
  const { hint, solution } = pieces;
  pieces.help.replaceChildren(...helpParts(help));
  pieces.passed.hidden = !help.passed;
  hint.textContent = help.left ? `Next hint (${help.left} left)` : "No more hints";
  hint.setAttribute("aria-disabled", String(!help.left));
  solution.hidden = !help.tries || Boolean(help.solution);
}

function render({ model, el }) {
  const mount = make("div", { class: "gan-mount" });
  const pieces = buildPieces(model, mount);
  const { passed, meter: bar, status } = pieces;
  const task = model.get("task");
  const buttons = make("div", { class: "gan-buttons" }, pieces.check, pieces.cancel, pieces.hint, pieces.solution);
  const card = make("div", { class: "gan-card" }, pieces.standing, pieces.used, pieces.refused, buttons, bar.node, status,
    pieces.error, pieces.outcomes, pieces.help);
  el.append(make("section", { class: "gan-challenge", "aria-label": `Challenge: ${task.title}` },
    taskCard(task, passed), mount, make("div", { class: "gan-course" }, noticeLine(model), card)));
  const draw = {
    standing: () => showStanding(pieces, model.get("standing")),
    share: () => showChecking(pieces, model.get("share")),
    result: () => showResult(pieces, model.get("result")),
    help: () => showHelp(pieces, model.get("help")),
    error: () => { pieces.error.textContent = model.get("error"); pieces.error.hidden = !model.get("error"); },
  };
  for (const [name, action] of Object.entries(draw)) {
    model.on(`change:${name}`, action);
    action();
  }
  const drawn = drawPlayground(model, mount);
  return () => {
    Object.entries(draw).forEach(([name, action]) => model.off(`change:${name}`, action));
    drawn.then((view) => view.remove());
  };
}

export default { render: alive(render) };
