// Twin panes: two pictures in one scale, one Play for both, and the curves of both in one plot.

const SPEED_WORDS = { 1: "1 step/s", 30: "30 steps/s", 200: "200 steps/s" };
const SIDES = ["left", "right"];

function buildPane(side) {
  const picture = make("canvas", { class: "gan-picture", role: "img" });
  const status = make("div", { class: "gan-status", role: "status", "aria-live": "off" });
  const evidence = buildEvidence();
  const element = make("div", { class: "gan-pane", role: "group", "aria-label": side },
    make("div", { class: "gan-side-name", "aria-hidden": "true" }, side), picture, status,
    make("details", { class: "gan-points" }, make("summary", {}, "Why this verdict"), evidence.element));
  return { element, picture, status, evidence };
}

// One panel: the same quantity on both sides, left solid, right dashed.
function bothCurves(pen, box, title, frames, name, column, [low, high], colours, last, digits) {
  axes(pen, box, title, colours);
  frames.forEach((frame, i) => {
    const curve = frame.arrays[name];
    if (curve) trace(pen, curve, column, box, last, low, high, i ? colours.second : colours.first, i ? [5, 3] : []);
  });
  numbers(pen, box, low, high, colours, digits);
}

function both(frames, name, column) {
  const ends = frames.filter((frame) => frame.arrays[name]).map((frame) => range(frame.arrays[name], [column]));
  return ends.length ? [Math.min(...ends.map((e) => e[0])), Math.max(...ends.map((e) => e[1]))] : [0, 1];
}

function drawBoth(canvas, still, frames, words) {
  const images = still.header.kind === "images";
  const most = images ? 10 : still.header.k;
  const panels = [[images ? "classes drawn" : "modes held", "curve", 1, [0, most], 0]];
  if (!images) panels.push(["high-quality share", "curve", 2, [0, 1], 0]);
  if (frames.some((frame) => frame.arrays.loss_curve)) {
    panels.push(["discriminator's loss", "loss_curve", 1, both(frames, "loss_curve", 1), 1]);
    panels.push(["generator's loss", "loss_curve", 2, both(frames, "loss_curve", 2), 1]);
  }
  const colours = isDark() ? DARK : LIGHT;
  const last = Math.max(words.step, 1);
  const place = (top, i) => ({ x: 36, y: top + 18 + i * PANEL, w: canvas.clientWidth - 40, h: 76 });
  const marks = words.begin ? [[words.begin, "fork "]] : [];
  const placed = placeMarks(canvas.getContext("2d"), marks, place(0, 0), last);
  const [pen] = fit(canvas, placed.height + panels.length * PANEL + 6);
  const boxes = panels.map((_, i) => place(placed.height, i));
  drawMarks(pen, placed, boxes[boxes.length - 1].y + 76, colours);
  panels.forEach(([title, name, column, ends, digits], i) => {
    bothCurves(pen, boxes[i], title, frames, name, column, ends, colours, last, digits);
    stepNumbers(pen, boxes[i], last, colours);
  });
}

function buildTwin(model, send, change) {
  const speed = select("Speed", model.get("fixed").speeds, (name) => SPEED_WORDS[name] ?? name, (value) => change({ speed: value }));
  const losses = make("input", { type: "checkbox", onchange: () => change({ losses: losses.checked }) });
  return {
    speed, losses,
    panes: Object.fromEntries(SIDES.map((side) => [side, buildPane(side === "left" ? "Left" : "Right")])),
    differs: make("p", { class: "gan-differs", "aria-live": "polite" }),
    play: button("Play", () => send("play"), { class: "gan-main" }),
    pause: button("Pause", () => send("pause"), { class: "gan-main" }),
    restart: button("Restart", () => send("restart"), { class: "gan-restart", title: "Both sides back to where they part" }),
    step: button("One step", () => send("step"), { title: "One step of each side" }),
    close: button("Close fork", () => send("close")),
    tick: make("label", { class: "gan-tick" }, losses, "Losses"),
    curves: make("canvas", { class: "gan-curves", role: "img" }),
    key: make("div", { class: "gan-key", "aria-hidden": "true" }, make("span", { class: "gan-first" }, "— left"), " ",
      make("span", { class: "gan-second" }, "- - right")),
    legend: buildLegend(),
    notice: make("div", { class: "gan-notice", "aria-live": "polite" }),
    error: make("pre", { class: "gan-error", role: "alert" }),
  };
}

function twinLayout(pieces) {
  const { panes, differs, play, pause, restart, step, close, speed, tick, notice, error, curves, key, legend } = pieces;
  const row = make("div", { class: "gan-row" }, play, pause, restart, step, speed.element, tick, close);
  return [differs, row, notice, error, make("div", { class: "gan-panes" }, panes.left.element, panes.right.element,
    make("div", { class: "gan-pane" }, key, curves)), legend];
}

function showTwinWords(pieces, words, frames, memory) {
  const { play, pause, notice, error, curves, differs, close } = pieces;
  setText(differs, words.sentence);
  setText(notice, words.locked ? "First lock in your prediction above, say 'not sure', or skip it." : words.notice);
  setText(error, words.error);
  error.hidden = !words.error;
  close.hidden = !words.closable;
  const held = [play, pause].includes(document.activeElement);
  play.hidden = words.playing;
  pause.hidden = !words.playing;
  if (held) (words.playing ? pause : play).focus({ preventScroll: true }); // a hidden button would drop the keyboard
  play.disabled = words.locked || words.failed;
  const now = performance.now();
  const speak = !words.playing || now - (memory.spoke ?? 0) > 1000;
  nameJudge(pieces.legend, frames.map((frame) => frame.header));
  SIDES.forEach((side, i) => {
    const { status, picture, evidence } = pieces.panes[side];
    const { header } = frames[i];
    setText(status, header.status);
    status.setAttribute("aria-live", header.playing ? "off" : "polite");
    evidence.update(header);
    if (speak) picture.setAttribute("aria-label", header.alt);
  });
  if (speak) {
    curves.setAttribute("aria-label", words.curves_alt);
    memory.spoke = now;
  }
}

function render({ model, el }) {
  const send = (name, content = {}) => model.send({ do: name, ...content });
  const change = (values) => send("set", { values });
  const memory = {};
  let still, frames, due = false, drawn = 0;
  const pieces = buildTwin(model, send, change);
  const root = make("section", { class: "gan-twin", "aria-label": "Twin run" }, ...twinLayout(pieces));
  el.append(root);
  const draw = () => {
    due = false;
    if (!root.isConnected || !hasWidth(pieces.panes.left.picture, later)) return;
    const words = model.get("words");
    root.dataset.kind = still.header.kind;
    showTwinWords(pieces, words, frames, memory);
    SIDES.forEach((side, i) => PICTURES[still.header.kind](pieces.panes[side].picture, still, frames[i]));
    drawBoth(pieces.curves, still, frames, words);
    root.dataset.frames = ++drawn;
  };
  const later = () => { if (!due) { due = true; requestAnimationFrame(draw); } };
  const take = () => {
    still = unpack(model.get("still"));
    frames = SIDES.map((side) => unpack(model.get(side)));
    later();
  };
  const takeControls = () => {
    const { speed, losses } = model.get("controls");
    if (pieces.speed.control.value !== speed) pieces.speed.control.value = speed;
    pieces.losses.checked = Boolean(losses);
  };
  const watcher = new ResizeObserver(later);
  [root, pieces.panes.left.picture].forEach((element) => watcher.observe(element));
  const theme = new MutationObserver(later);
  theme.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
  const events = [["change:words", take], ["change:left", take], ["change:right", take], ["change:still", take],
    ["change:controls", takeControls]];
  events.forEach(([name, action]) => model.on(name, action));
  takeControls();
  take();
  return () => {
    events.forEach(([name, action]) => model.off(name, action));
    watcher.disconnect();
    theme.disconnect();
  };
}

export default { render: alive(render) };
