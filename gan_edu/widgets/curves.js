// Curves over the steps: modes held with the high-quality share, and the losses; knob moves as labelled lines.

function axes(pen, box, title, colours) {
  pen.strokeStyle = colours.grid;
  pen.lineWidth = 1;
  pen.strokeRect(box.x, box.y, box.w, box.h);
  pen.fillStyle = colours.ink;
  pen.font = "11px sans-serif";
  pen.fillText(title, box.x, box.y - 5, box.w + 30); // narrower letters where a pane is narrow
}

function trace(pen, curve, column, box, last, low, high, colour, dash) {
  const width = curve.shape[1];
  pen.beginPath();
  for (let i = 0; i < curve.shape[0]; i++) {
    const value = curve.data[i * width + column];
    if (!Number.isFinite(value)) continue;
    const part = Math.max(0, Math.min(1, (value - low) / (high - low)));
    pen.lineTo(box.x + (curve.data[i * width] / last) * box.w, box.y + box.h * (1 - part));
  }
  pen.setLineDash(dash);
  pen.strokeStyle = colour;
  pen.lineWidth = 1.8;
  pen.stroke();
  pen.setLineDash([]);
}

// Where the words of each knob's move stand: in rows above all panels, so that they never lie on a curve. The latest is
// placed first; one that finds no room in four rows is left out, and its line stays.
function placeMarks(pen, marks, box, last) {
  pen.font = "11px sans-serif";
  const at = ([step]) => box.x + (step / last) * box.w;
  const knob = ([, words]) => words.slice(0, words.lastIndexOf(" "));
  const rested = marks.filter((mark, i) => { // a drag passes many values: only the one where it rested is labelled
    const next = marks[i + 1];
    return !next || knob(next) !== knob(mark) || at(next) - at(mark) > 24;
  });
  const rows = [];
  const labels = [];
  for (const mark of rested.slice(-12).reverse()) {
    const wide = pen.measureText(mark[1]).width + 5;
    const left = Math.min(at(mark), box.x + box.w - wide);
    const free = (row) => row.every(([from, to]) => left > to || left + wide < from);
    let row = rows.findIndex(free);
    if (row < 0 && rows.length < 4) row = rows.push([]) - 1;
    if (row < 0) continue;
    rows[row].push([left, left + wide]);
    labels.push({ x: at(mark), left, wide, row, words: mark[1] });
  }
  return { lines: rested.slice(-12).map(at), labels, height: rows.length * 13 + (rows.length ? 4 : 0) };
}

function drawMarks(pen, { lines, labels, height }, bottom, colours) {
  pen.strokeStyle = colours.faint;
  pen.lineWidth = 1;
  pen.setLineDash([2, 2]);
  pen.beginPath();
  for (const x of lines) {
    const label = labels.find((one) => one.x === x);
    pen.moveTo(x, label ? label.row * 13 + 2 : height);
    pen.lineTo(x, bottom);
  }
  pen.stroke();
  pen.setLineDash([]);
  pen.font = "11px sans-serif";
  pen.fillStyle = colours.ink;
  for (const { left, wide, row, words } of labels) {
    pen.clearRect(left + 1, row * 13, wide, 13);
    pen.fillText(words, left + 3, row * 13 + 11);
  }
}

function ends(curve, columns) {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < curve.shape[0]; i++) {
    for (const column of columns) {
      const value = curve.data[i * curve.shape[1] + column];
      if (Number.isFinite(value)) [low, high] = [Math.min(low, value), Math.max(high, value)];
    }
  }
  return low === Infinity ? [0, 1] : [low, high];
}

function range(curve, columns) {
  const [low, high] = ends(curve, columns);
  const margin = (high - low || 1) * 0.08;
  return [low - margin, high + margin];
}

// The ends of a scale in numbers, at the left of a panel or at its right.
function numbers(pen, box, low, high, colours, digits = 1, right = false) {
  pen.fillStyle = colours.faint;
  pen.font = "11px sans-serif";
  pen.textAlign = right ? "left" : "right";
  const x = right ? box.x + box.w + 3 : box.x - 3;
  const short = (value) => (Math.abs(value) < 1000 ? value.toFixed(digits) : value.toExponential(0).replace("+", ""));
  pen.fillText(short(high), x, box.y + 9);
  pen.fillText(short(low), x, box.y + box.h);
  pen.textAlign = "left";
}

// The steps below the last panel.
function stepNumbers(pen, box, last, colours) {
  pen.fillStyle = colours.faint;
  pen.font = "11px sans-serif";
  pen.fillText("step 0", box.x, box.y + box.h + 13);
  pen.textAlign = "right";
  pen.fillText(last.toLocaleString("en"), box.x + box.w, box.y + box.h + 13);
  pen.textAlign = "left";
}

// Two curves in one panel, each in a scale of its own: the first solid, its numbers at the left, the second dashed.
function twoCurves(pen, box, last, curve, [first, firstDigits], [second, secondDigits], colours) {
  trace(pen, curve, 1, box, last, ...first, colours.first, []);
  trace(pen, curve, 2, box, last, ...second, colours.second, [5, 3]);
  numbers(pen, box, ...first, colours, firstDigits);
  if (second !== first) numbers(pen, box, ...second, colours, secondDigits, true);
}

// Digits: how often the classifier names each class, beside the tenth that is each one's fair share.
function drawClasses(pen, shares, box, colours) {
  const high = Math.max(0.2, ...shares.data);
  axes(pen, box, "share of each digit in 256 samples, by a classifier (line: fair share)", colours);
  numbers(pen, box, 0, high, colours, 2);
  const wide = box.w / shares.data.length;
  shares.data.forEach((share, digit) => {
    const tall = (share / high) * box.h;
    pen.fillStyle = colours.fake;
    pen.fillRect(box.x + digit * wide + 3, box.y + box.h - tall, wide - 6, tall);
    pen.fillStyle = colours.ink;
    pen.fillText(String(digit), box.x + (digit + 0.5) * wide - 3, box.y + box.h + 11);
  });
  const fair = box.y + box.h * (1 - 0.1 / high);
  pen.strokeStyle = colours.real;
  pen.setLineDash([4, 3]);
  pen.beginPath();
  pen.moveTo(box.x, fair);
  pen.lineTo(box.x + box.w, fair);
  pen.stroke();
  pen.setLineDash([]);
}

// A dotted line at a loss where the discriminator cannot tell real from generated, and the loss in the margin.
function levelLine(pen, box, value, low, high, colours) {
  const y = box.y + box.h * (1 - (value - low) / (high - low));
  pen.strokeStyle = colours.faint;
  pen.setLineDash([2, 3]);
  pen.beginPath();
  pen.moveTo(box.x, y);
  pen.lineTo(box.x + box.w, y);
  pen.stroke();
  pen.setLineDash([]);
  pen.font = "11px sans-serif";
  pen.fillStyle = colours.ink;
  pen.fillText(value.toFixed(2), box.x + box.w + 3, y + 4);
}

// Half powers of ten around the kernel distances of a run, whatever they are: they fall from 1e6 to 1e2.
function decades(digits) {
  const [low, high] = ends(digits, [2]);
  const [from, to] = [Math.floor(2 * low) / 2, Math.ceil(2 * high) / 2];
  return [from, Math.max(to, from + 0.5)];
}

function drawDigits(pen, digits, box, last, colours) {
  axes(pen, box, "classes drawn (solid)   kernel distance (dashed; of real digits: under 100)", colours);
  const [low, high] = decades(digits);
  trace(pen, digits, 1, box, last, 0, 10, colours.first, []);
  trace(pen, digits, 2, box, last, low, high, colours.second, [5, 3]);
  numbers(pen, box, 0, 10, colours, 0);
  numbers(pen, box, 10 ** low, 10 ** high, colours, 0, true);
}

function drawLossPanel(pen, losses, box, last, header, colours) {
  const levels = (header.levels ?? []).filter((level) => level !== null);
  const found = range(losses, [1, 2]);
  const scale = [Math.min(found[0], ...levels), Math.max(found[1], ...levels)];
  const judge = header.judge ?? "discriminator";
  const told = levels.length ? `   dotted: ${judge === "critic" ? judge : "D"} cannot tell` : "";
  axes(pen, box, `loss: ${judge} (solid), generator (dashed)${told}`, colours);
  twoCurves(pen, box, last, losses, [scale, 1], [scale, 1], colours);
  levels.forEach((level) => levelLine(pen, box, level, ...scale, colours));
}

// What to draw, from top to bottom: functions of the panel's box.
function curvePanels(pen, still, frame, last, colours) {
  const { modes_curve: modes, distance_curve: distances, loss_curve: losses, classes, digits_curve: digits } = frame.arrays;
  const panels = [];
  if (modes) panels.push((box) => {
    axes(pen, box, "modes held (solid)   high-quality share (dashed)", colours);
    twoCurves(pen, box, last, modes, [[0, still.header.k], 0], [[0, 1], 0], colours);
  });
  if (distances) panels.push((box) => {
    axes(pen, box, "JS divergence (solid)   earth mover's distance (dashed)", colours);
    twoCurves(pen, box, last, distances, [[0, Math.LN2], 2], [[0, Math.max(range(distances, [2])[1], 0.1)], 1], colours);
  });
  if (classes) panels.push((box) => drawClasses(pen, classes, box, colours));
  if (digits) panels.push((box) => drawDigits(pen, digits, box, last, colours));
  if (losses) panels.push((box) => drawLossPanel(pen, losses, box, last, frame.header, colours));
  return panels;
}

const PANEL = 112; // pixels from one panel to the next

function drawCurves(canvas, still, frame) {
  const colours = isDark() ? DARK : LIGHT;
  const last = Math.max(frame.header.step, 1);
  const panels = curvePanels(canvas.getContext("2d"), still, frame, last, colours);
  canvas.style.display = panels.length ? "" : "none";
  if (!panels.length) return;
  const place = (top, i) => ({ x: 36, y: top + 18 + i * PANEL, w: canvas.clientWidth - 72, h: 76 });
  const placed = placeMarks(canvas.getContext("2d"), frame.header.marks, place(0, 0), last);
  const [pen] = fit(canvas, placed.height + panels.length * PANEL + 6);
  const boxes = panels.map((_, i) => place(placed.height, i));
  const lowest = boxes[boxes.length - 1];
  drawMarks(pen, placed, lowest.y + lowest.h, colours);
  boxes.forEach((box, i) => panels[i](box));
  if (Object.keys(frame.arrays).some((name) => name.endsWith("_curve"))) stepNumbers(pen, lowest, last, colours);
}
