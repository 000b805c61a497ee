// The loss detective: loss curves first, a verdict, then samples, metric and diagnosis beside them.

// Rows [[a, b, ...], ...] as the curves and pictures want them.
const asArray = (rows) => ({ data: Float32Array.from(rows.flat()), shape: [rows.length, rows[0]?.length ?? 0] });

function drawLosses(canvas, { losses, levels, steps }) {
  const [pen, width] = fit(canvas, 195);
  const colours = isDark() ? DARK : LIGHT;
  const curve = asArray(losses);
  const high = Math.min(4, Math.max(1.6, range(curve, [1, 2])[1]));
  const box = { x: 36, y: 18, w: width - 72, h: 155 };
  axes(pen, box, "loss: discriminator (solid), generator (dashed)   dotted: where the discriminator cannot tell", colours);
  trace(pen, curve, 1, box, steps, 0, high, colours.first, []);
  trace(pen, curve, 2, box, steps, 0, high, colours.second, [5, 3]);
  levels.forEach((level) => levelLine(pen, box, level, 0, high, colours));
  numbers(pen, box, 0, high, colours);
  stepNumbers(pen, box, steps, colours);
}

function reveal(told, steps) {
  const samples = make("canvas", { class: "gan-samples", role: "img", "aria-label": told.alt });
  const [last] = told.modes.slice(-1);
  const curves = make("canvas", { role: "img", "aria-label":
    `Modes held and high-quality share over the steps, at the end ${last[1]} of ${told.k} and ${last[2].toFixed(2)}.` });
  const key = make("p", { class: "gan-line", "aria-hidden": "true" }, "○ real, × generated");
  const draw = () => {
    drawPlane(samples, { header: { extent: told.extent }, arrays: { real: asArray(told.real) } },
      { header: {}, arrays: { fake: asArray(told.sample) } });
    drawCurves(curves, { header: { k: told.k } }, { header: { step: steps, marks: [] }, arrays: { modes_curve: asArray(told.modes) } });
  };
  const words = make("div", {}, curves, make("p", { class: "gan-verdict" }, `Diagnosis: ${told.symptom}`),
    make("ul", {}, ...told.evidence.map(([name, value, asked]) => make("li", {}, `${name}: ${value} (${asked})`))),
    make("p", { class: "gan-line" }, `Set otherwise than in the healthy ring: ${told.settings}.`));
  return { node: make("div", { class: "gan-revealed" }, make("div", {}, samples, key), words), draw };
}

function verdictWords({ right, said, kind }) {
  const [look, head] = right === null ? ["hint", "You did not say."] : right ? ["right", "✓ Right."] : ["again", "The losses misled you."];
  return { look, nodes: [make("p", { class: "gan-verdict" }, head), make("p", {}, "You said: ", rich(said), "."), make("p", {}, "It is: ", rich(kind), ".")] };
}

function summary(rows) {
  const head = ["Run", "Discriminator's loss", "Generator's loss", "You said", "Diagnosis", "Modes", "Right?"];
  return make("div", { class: "gan-scroll" }, make("table", { class: "gan-table" },
    make("caption", {}, "All eight, by the discriminator's loss (mean of the last quarter). Which neighbours differ?"),
    make("tr", {}, ...head.map((name) => make("th", { scope: "col" }, name))),
    ...rows.map(([run, d, g, said, was, modes, right]) => make("tr", {}, make("th", { scope: "row" }, run),
      ...[d, g, said, was, modes, right === null ? "–" : right ? "✓" : "✗"].map((text) => make("td", {}, text))))));
}

function meter() {
  const fill = make("div", { class: "gan-fill" });
  const track = make("div", { class: "gan-track", role: "progressbar", "aria-label": "Training of the runs", "aria-valuemin": 0, "aria-valuemax": 100 }, fill);
  const show = (share) => {
    const percent = Math.round(100 * Math.max(share, 0));
    fill.style.width = `${percent}%`;
    track.setAttribute("aria-valuenow", percent);
    track.setAttribute("aria-valuetext", `${percent} % trained`);
  };
  return { track, show };
}

// The card for each phase: what it holds, and which part is to have the keyboard.
const PHASES = {
  idle: (state, send) => {
    const begin = button("Draw eight runs", "gan-main", () => send({ do: "begin" }));
    return { nodes: [make("p", {}, "Eight real GANs will be trained on the ring of eight, here and now, with settings that nobody has chosen for you. You see their losses. You say what their points do."), make("div", { class: "gan-buttons" }, begin)], focus: begin };
  },
  training: (state, send, bar) => {
    const cancel = button("Cancel", "gan-quiet", () => send({ do: "cancel" }));
    return { nodes: [make("p", {}, "Training them, side by side …"), bar.track, make("div", { class: "gan-buttons" }, cancel)], focus: cancel };
  },
  open: (state, send, bar, status) => {
    const group = choices("radio", state.options);
    const commit = button("Commit to this verdict", "gan-main", () => {
      const [verdict] = group.read();
      if (verdict) send({ do: "commit", verdict });
      else {
        status.className = "gan-feedback gan-hint";
        status.replaceChildren(make("p", { class: "gan-verdict" }, "Choose one first; ‘These losses do not tell’ is fine too."));
      }
    });
    const card = make("fieldset", {},
      make("legend", {}, make("span", { class: "gan-eyebrow" }, `Run ${state.number} of ${state.of}`), "What do the generated points do at the end?"),
      group.node, make("div", { class: "gan-buttons" }, commit));
    return { nodes: [card], focus: group.node.querySelector("input"), losses: true };
  },
  told: (state, send, bar, status) => {
    const { look, nodes } = verdictWords(state.told);
    status.className = `gan-feedback gan-${look}`;
    status.replaceChildren(...nodes);
    const shown = reveal(state.told, state.steps);
    const go = button(state.number < state.of ? "Next run" : "See all eight", "gan-main", () => send({ do: "next" }));
    return { nodes: [make("p", { class: "gan-eyebrow" }, `Run ${state.number} of ${state.of} · ${state.score}`), shown.node, make("div", { class: "gan-buttons" }, go)], focus: go, losses: true, draw: shown.draw };
  },
  done: (state, send) => {
    const again = button("Eight new runs", "gan-main", () => send({ do: "begin" }));
    return { nodes: [make("p", { class: "gan-verdict" }, `${state.score}.`), summary(state.rows), make("div", { class: "gan-buttons" }, again)], focus: again };
  },
};

function render({ model, el }) {
  const canvas = make("canvas", { class: "gan-losses", role: "img" });
  const words = make("details", {}, make("summary", {}, "The curves in words"), make("p", {}));
  const body = make("div", {});
  const status = make("div", { role: "status", class: "gan-feedback" });
  const error = make("p", { class: "gan-notice", role: "alert" });
  const earlier = make("p", { class: "gan-line" });
  const bar = meter();
  const root = make("section", { class: "gan-course gan-detective", "aria-label": "Loss detective" },
    make("div", { class: "gan-card" }, make("p", { class: "gan-heading" }, "The loss detective"), canvas, words, status, body, error, earlier, noticeLine(model)));
  el.append(root);
  const send = (message) => model.send(message);
  let drawNow = () => {};
  let due = false;
  const draw = () => { due = false; if (root.isConnected && root.clientWidth) drawNow(); };
  const later = () => { if (!due) { due = true; requestAnimationFrame(draw); } };
  const update = () => {
    const state = model.get("state");
    const held = root.contains(document.activeElement);
    status.replaceChildren();
    const made = PHASES[state.phase](state, send, bar, status);
    body.replaceChildren(...made.nodes);
    root.dataset.phase = state.phase;
    canvas.hidden = words.hidden = !made.losses;
    if (made.losses) {
      canvas.setAttribute("aria-label", state.words);
      words.lastElementChild.textContent = state.words;
    }
    earlier.textContent = state.earlier;
    drawNow = () => { if (made.losses) drawLosses(canvas, state); made.draw?.(); };
    later();
    if (!held) return;
    made.focus.focus({ preventScroll: true });
    root.querySelector(".gan-heading").scrollIntoView({ block: "nearest" }); // each run begins with its curves
  };
  const showError = () => { error.textContent = model.get("error"); error.hidden = !error.textContent; };
  const events = [["change:state", update], ["change:share", () => bar.show(model.get("share"))], ["change:error", showError]];
  events.forEach(([name, action]) => model.on(name, action));
  const watcher = new ResizeObserver(later);
  watcher.observe(root);
  const theme = new MutationObserver(later);
  theme.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
  update();
  bar.show(model.get("share"));
  showError();
  return () => {
    events.forEach(([name, action]) => model.off(name, action));
    watcher.disconnect();
    theme.disconnect();
  };
}

export default { render: alive(render) };
