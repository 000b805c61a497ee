// The playground's page side: native controls, one picture, one set of curves; all state lives in the model.

const WORDS = {
  watch: "Watch", balance: "Balance", all: "All", "1": "1 step/s", "30": "30 steps/s", "200": "200 steps/s",
  none: "None", clip: "Weight clipping", wgan_gp: "Gradient penalty (WGAN-GP)", r1: "R1", r1_r2: "R1 + R2",
  adam: "Adam", sgd: "SGD", rmsprop: "RMSProp", minimax: "Minimax (saturating)", non_saturating: "Non-saturating",
  least_squares: "Least squares", hinge: "Hinge", wasserstein: "Wasserstein", relativistic: "Relativistic pairing",
};
const WEIGHT_WORDS = { clip: "Bound c of the weights" };
const words = (name) => WORDS[name] ?? (name ? name.replaceAll("_", " ") : "(own recipe)");

const remedyWords = (labels) => (name) => name.split("+").map((one) => labels[one]).join(" + ");

function buildControls(model, send, change) {
  const fixed = model.get("fixed");
  const parts = {
    preset: select("Preset", ["", ...fixed.presets], words, (name) => name && send("preset", { name })),
    view: select("View", fixed.views, words, (value) => change({ view: value })),
    speed: select("Speed", fixed.speeds, words, (value) => change({ speed: value })),
    lr_g: slider("Generator learning rate", fixed.rates, rateWords, (value) => change({ lr_g: value })),
    lr_d: slider("Discriminator learning rate", fixed.rates, rateWords, (value) => change({ lr_d: value })),
    d_strength: slider("Discriminator strength", fixed.strengths, strengthWords, (value) => change({ d_strength: value })),
    objective: select("Objective", fixed.objectives, words, (value) => change({ objective: value })),
    penalty: select("Penalty", fixed.penalties, words, (value) => change({ penalty: value })),
    penalty_weight: slider("Penalty weight", fixed.weights, (weight) => spokenValue("penalty_weight", weight), (value) => change({ penalty_weight: value })),
    optimiser: select("Optimiser", fixed.optimisers, words, (value) => change({ optimiser: value })),
    remedy: select("Remedy", Object.keys(fixed.remedies), remedyWords(fixed.remedies), (value) => change({ remedy: value })),
    g_width: select("Generator width", fixed.widths, String, (value) => change({ g_width: +value })),
    d_width: select("Discriminator width", fixed.widths, String, (value) => change({ d_width: +value })),
  };
  return parts;
}

function tick(text, name, change) {
  const control = make("input", { type: "checkbox", onchange: () => change({ [name]: control.checked }) });
  return { element: make("label", { class: "gan-tick" }, control, text), control };
}

// A Wasserstein GAN has a critic: its controls are called so, as the words around the picture are.
function nameControls(parts, buttons, judge = "discriminator") {
  const Judge = judge[0].toUpperCase() + judge.slice(1);
  for (const [name, what] of [["lr_d", "learning rate"], ["d_strength", "strength"], ["d_width", "width"]]) {
    setText(parts[name].element.querySelector("label"), `${Judge} ${what}`);
  }
  setText(buttons.discriminator, `Step ${judge}`);
}

function buildButtons(send) {
  return {
    play: button("Play", () => send("play"), { class: "gan-main" }),
    pause: button("Pause", () => send("pause"), { class: "gan-main" }),
    restart: button("Restart with these settings", () => send("restart"), { class: "gan-restart" }),
    reset: button("Reset", () => send("reset"), { title: "Step 0 with the preset's own values" }),
    next: button("Next", () => send("next"), { title: "The next part of this step" }),
    discriminator: button("Step discriminator", () => send("discriminator")),
    generator: button("Step generator", () => send("generator")),
    both: button("Step both", () => send("both")),
  };
}

function buildRewind(send) {
  const output = make("span", { class: "gan-value", "aria-hidden": "true" });
  const control = make("input", { type: "range", min: 0, max: 1, step: 1, value: 1 });
  const show = () => {
    setText(output, Number(control.value).toLocaleString("en"));
    control.setAttribute("aria-valuetext", `step ${Number(control.value).toLocaleString("en")}`);
  };
  let asked = false; // one look back at a time: the next when its picture is there
  const look = (held) => { asked = held; send("rewind", { step: +control.value, held }); };
  control.addEventListener("input", () => {
    control.dataset.held = "yes";
    show();
    if (!asked) look(true);
  });
  control.addEventListener("change", () => { delete control.dataset.held; look(false); });
  const update = (step, end) => {
    asked = false;
    if (control.dataset.held) return;
    control.max = Math.max(end, 1);
    control.value = step;
    show();
  };
  return { element: labelled("Rewind", control, output), control, update };
}

function buildRecipe(send, latest) {
  const field = make("input", { type: "text", "aria-label": "Recipe token", spellcheck: false, placeholder: "paste a recipe here, then Paste recipe" });
  const copy = async () => {
    field.value = latest().token;
    field.select();
    try { await navigator.clipboard.writeText(field.value); } catch { document.execCommand("copy"); }
  };
  const paste = async () => {
    let text = field.value.trim();
    if (!text || text === latest().token) {
      try { text = (await navigator.clipboard.readText()).trim(); } catch { /* no permission: the field is the way */ }
    }
    if (text) send("paste", { text });
    else field.focus();
  };
  return make("div", { class: "gan-row" }, button("Copy recipe", copy), button("Paste recipe", paste), field);
}

function layout(parts, buttons, pieces) {
  const box = (name, ...children) => make("div", { class: name }, ...children);
  const sliders = box("gan-sliders gan-from-balance", parts.lr_g.element, parts.lr_d.element, parts.d_strength.element);
  const methods = make("details", { class: "gan-from-all" }, make("summary", {}, "Methods"),
    box("gan-selects", parts.objective.element, parts.penalty.element, parts.optimiser.element, parts.remedy.element, parts.g_width.element, parts.d_width.element),
    parts.penalty_weight.element,
    make("p", { class: "gan-small" }, "Optimiser, remedy and widths apply at restart; a remedy takes the place of the one before it."));
  const side = box("gan-side",
    box("gan-selects gan-three", parts.preset.element, parts.view.element, parts.speed.element),
    sliders,
    box("gan-row", buttons.play, buttons.pause, buttons.restart, buttons.reset, buttons.next),
    pieces.status, pieces.explain, pieces.notice, pieces.error,
    box("gan-row gan-from-all gan-points", buttons.discriminator, buttons.generator, buttons.both),
    box("gan-from-all", pieces.rewind.element),
    pieces.opinion.element,
    pieces.fork.element,
    pieces.curves,
    box("gan-from-balance", pieces.evidence.element));
  const under = box("gan-under", box("gan-row gan-from-all gan-points", pieces.arrows.element, pieces.manifold.element, pieces.levels.element),
    methods, box("gan-from-all", pieces.recipe));
  const left = box("gan-left", pieces.picture, pieces.legend, under);
  return [left, side, pieces.announcer];
}

function makePieces(model, send, change, latest) {
  return {
    picture: make("canvas", { class: "gan-picture", role: "img" }),
    curves: make("canvas", { class: "gan-curves", role: "img" }),
    legend: buildLegend(),
    status: make("div", { class: "gan-status", role: "status", "aria-live": "off" }),
    announcer: make("div", { class: "gan-hidden", "aria-live": "polite" }),
    explain: make("div", { class: "gan-explain", "aria-live": "polite" }),
    notice: make("div", { class: "gan-notice", "aria-live": "polite" }),
    error: make("pre", { class: "gan-error", role: "alert" }),
    rewind: buildRewind(send),
    recipe: buildRecipe(send, latest),
    evidence: buildEvidence(),
    opinion: buildOpinion(send),
    fork: buildFork(model, send),
    arrows: tick("Arrows", "arrows", change),
    manifold: tick("Generator's warped grid", "manifold", change),
    levels: tick("Losses where D cannot tell", "levels", change),
  };
}

function showControls(root, parts, buttons, pieces, controls) {
  root.dataset.view = controls.view;
  setText(parts.preset.control.options[0], controls.changed ? `${words(controls.changed)}, changed` : words(""));
  for (const name of ["lr_g", "lr_d", "d_strength", "penalty_weight"]) parts[name].set(controls[name]);
  parts.penalty_weight.control.disabled = controls.penalty === "none";
  setText(parts.penalty_weight.element.querySelector("label"), WEIGHT_WORDS[controls.penalty] ?? "Penalty weight");
  for (const name of ["preset", "view", "speed", "objective", "penalty", "optimiser", "remedy", "g_width", "d_width"]) {
    const control = parts[name].control;
    const value = String(controls[name] ?? "");
    if (![...control.options].some((option) => option.value === value)) control.append(make("option", { value }, parts[name].words(value)));
    if (control.value !== value) control.value = value;
  }
  pieces.arrows.control.checked = controls.arrows;
  pieces.manifold.control.checked = controls.manifold;
  pieces.levels.control.checked = Boolean(controls.levels);
  buttons.next.hidden = controls.speed !== "Explain";
}

function showWords(pieces, buttons, header, memory) {
  const { status, explain, notice, error, announcer, picture, curves } = pieces;
  setText(status, header.status);
  status.setAttribute("aria-live", header.playing ? "off" : "polite");
  nameJudge(pieces.legend, [header]);
  nameControls(pieces.parts, buttons, header.judge);
  explain.hidden = !header.explain;
  if (header.explain) setText(explain, `${header.explain.number} of ${header.explain.of} · ${header.explain.sentence}`);
  setText(notice, header.locked ? "First lock in your prediction above, say 'not sure', or skip it." : header.notice);
  setText(error, header.error);
  error.hidden = !header.error;
  const held = [buttons.play, buttons.pause].includes(document.activeElement);
  buttons.play.hidden = header.playing;
  buttons.pause.hidden = !header.playing;
  if (held) (header.playing ? buttons.pause : buttons.play).focus({ preventScroll: true }); // a hidden button would drop the keyboard
  buttons.play.disabled = header.locked || header.failed;
  pieces.evidence.update(header);
  pieces.fork.lock(header.locked);
  pieces.rewind.update(header.last_step, header.end);
  const now = performance.now();
  if (!header.playing || now - (memory.spoke ?? 0) > 1000) {
    picture.setAttribute("aria-label", header.alt);
    curves.setAttribute("aria-label", header.curves_alt);
    memory.spoke = now;
  }
  if (memory.symptom !== header.symptom || memory.playing !== header.playing) {
    if (memory.symptom !== undefined) announcer.textContent = `Verdict: ${header.symptom}.`; // the notice tells of Pause
    [memory.symptom, memory.playing] = [header.symptom, header.playing];
  }
}

// What this page has moved and the kernel has not yet answered stands as it was moved, whatever comes meanwhile.
function buildMoves(model, send) {
  const page = Math.random().toString(36).slice(2);
  const waiting = {};
  let number = 0;
  const make = (values) => {
    number += 1;
    for (const [name, value] of Object.entries(values)) waiting[name] = { value, number };
    send("set", { values, seen: [page, number] });
  };
  const controls = () => {
    const shown = { ...model.get("controls") };
    const [whose, last] = shown.seen ?? [];
    for (const [name, move] of Object.entries(waiting)) {
      if (whose === page && move.number <= last) delete waiting[name];
      else shown[name] = move.value;
    }
    return shown;
  };
  return { make, controls };
}

function render({ model, el }) {
  const send = (name, content = {}) => model.send({ do: name, ...content });
  const moves = buildMoves(model, send);
  const change = (values) => { moves.make(values); takeControls(); };
  const memory = {};
  let still, frame, due = false, drawn = 0;
  const parts = buildControls(model, send, change);
  const buttons = buildButtons(send);
  const pieces = { parts, ...makePieces(model, send, change, () => frame.header) };
  const root = make("section", { class: "gan-playground", "aria-label": "GAN playground" });
  root.append(...layout(parts, buttons, pieces));
  el.append(root, pieces.fork.mount);

  const draw = () => {
    due = false;
    if (!frame || !still || frame.header.run !== still.header.run) return; // the other one is on its way
    if (!root.isConnected || !hasWidth(pieces.picture, later)) return;
    root.dataset.kind = still.header.kind;
    showWords(pieces, buttons, frame.header, memory);
    PICTURES[still.header.kind](pieces.picture, still, frame);
    drawCurves(pieces.curves, still, frame);
    pieces.opinion.draw(still);
    root.dataset.frames = ++drawn;
    root.dataset.knobs = JSON.stringify(frame.header.knobs); // what the run itself uses, as this frame shows it
  };
  const later = () => { if (!due) { due = true; requestAnimationFrame(draw); } };
  const takeFrame = () => { frame = unpack(model.get("frame")); later(); };
  const takeStill = () => { still = unpack(model.get("still")); later(); };
  const takeControls = () => { showControls(root, parts, buttons, pieces, moves.controls()); later(); };
  const takeOpinion = () => { pieces.opinion.take(model.get("opinion")); later(); };
  const watcher = new ResizeObserver(later);
  [root, pieces.picture].forEach((element) => watcher.observe(element));
  const theme = new MutationObserver(later);
  theme.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
  const events = [["change:frame", takeFrame], ["change:still", takeStill], ["change:controls", takeControls],
    ["change:opinion", takeOpinion]];
  events.forEach(([name, action]) => model.on(name, action));
  takeControls();
  takeStill();
  takeFrame();
  takeOpinion();
  return () => {
    events.forEach(([name, action]) => model.off(name, action));
    watcher.disconnect();
    theme.disconnect();
    pieces.fork.stop();
  };
}

export default { render: alive(render) };
