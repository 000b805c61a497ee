// Curves over the steps: modes held with the high-quality share, and the losses; knob moves as labelled lines.

function axes(pen, box, title, colours) {
  pen.strokeStyle = colours.grid;
  pen.lineWidth = 1;
  pen.strokeRect(box.x, box.y, box.w, box.h);
  pen.fillStyle = colours.ink;
  pen.font = "11px sans-serif";
  pen.fillText(title, box.x, box.y - 4);
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

function knobLines(pen, marks, box, last, colours) {
  pen.font = "10px sans-serif";
  const at = ([step]) => box.x + (step / last) * box.w;
  const knob = ([, words]) => words.slice(0, words.lastIndexOf(" "));
  const ends = marks.filter((mark, i) => { // a drag passes many values: only the one where it rested is labelled
    const next = marks[i + 1];
    return !next || knob(next) !== knob(mark) || at(next) - at(mark) > 24;
  });
  ends.slice(-12).forEach((mark, i) => {
    const [x, words] = [at(mark), mark[1]];
    pen.strokeStyle = colours.faint;
    pen.setLineDash([2, 2]);
    pen.beginPath();
    pen.moveTo(x, box.y);
    pen.lineTo(x, box.y + box.h);
    pen.stroke();
    pen.setLineDash([]);
    pen.fillStyle = colours.ink;
    const y = box.y + 10 + (i % 4) * 11;
    pen.fillText(words, Math.min(x + 2, box.x + box.w - pen.measureText(words).width), y);
  });
}

function range(curve, columns) {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < curve.shape[0]; i++) {
    for (const column of columns) {
      const value = curve.data[i * curve.shape[1] + column];
      if (Number.isFinite(value)) [low, high] = [Math.min(low, value), Math.max(high, value)];
    }
  }
  if (low === Infinity) return [0, 1];
  const margin = (high - low || 1) * 0.08;
  return [low - margin, high + margin];
}

function numbers(pen, box, low, high, colours, digits = 1) {
  pen.fillStyle = colours.faint;
  pen.font = "10px sans-serif";
  pen.textAlign = "right";
  const short = (value) => (Math.abs(value) < 1000 ? value.toFixed(digits) : value.toExponential(0).replace("+", ""));
  pen.fillText(short(high), box.x - 3, box.y + 8);
  pen.fillText(short(low), box.x - 3, box.y + box.h);
  pen.textAlign = "left";
}

// Digits: how often the classifier names each class, beside the tenth that is each one's fair share.
function drawClasses(pen, shares, box, colours) {
  const high = Math.max(0.2, ...shares.data);
  axes(pen, box, `share of each digit, as a classifier names 256 samples (line: fair share)`, colours);
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

// A dotted line at a loss where the discriminator cannot tell real from generated.
function levelLine(pen, box, value, words, low, high, colours) {
  const y = box.y + box.h * (1 - (value - low) / (high - low));
  pen.strokeStyle = colours.faint;
  pen.setLineDash([2, 3]);
  pen.beginPath();
  pen.moveTo(box.x, y);
  pen.lineTo(box.x + box.w, y);
  pen.stroke();
  pen.setLineDash([]);
  pen.font = "10px sans-serif";
  const wide = pen.measureText(words).width;
  pen.globalAlpha = 0.75; // so that the words can be read where a curve runs through them
  pen.fillStyle = colours.paper;
  pen.fillRect(box.x + box.w - wide - 5, y - 13, wide + 4, 12);
  pen.globalAlpha = 1;
  pen.fillStyle = colours.ink;
  pen.textAlign = "right";
  pen.fillText(words, box.x + box.w - 3, y - 3);
  pen.textAlign = "left";
}

function drawCurves(canvas, still, frame) {
  const { modes_curve: modes, distance_curve: distances, loss_curve: losses, classes, digits_curve: digits } = frame.arrays;
  const panels = [modes, distances, losses, classes, digits].filter(Boolean).length;
  canvas.style.display = panels ? "" : "none";
  if (!panels) return;
  const [pen, width] = fit(canvas, panels * 112 + 6);
  const colours = isDark() ? DARK : LIGHT;
  const last = Math.max(frame.header.step, 1);
  let y = 18;
  const place = () => ({ x: 30, y, w: width - 60, h: 76 });
  if (modes) {
    const box = place();
    axes(pen, box, "modes held (solid)   high-quality share (dashed)", colours);
    trace(pen, modes, 1, box, last, 0, still.header.k, colours.real, []);
    trace(pen, modes, 2, box, last, 0, 1, colours.fake, [5, 3]);
    numbers(pen, box, 0, still.header.k, colours, 0);
    pen.fillStyle = colours.faint;
    pen.fillText("1", box.x + box.w + 4, box.y + 8);
    pen.fillText("0", box.x + box.w + 4, box.y + box.h);
    knobLines(pen, frame.header.marks, box, last, colours);
    y += 112;
  }
  if (distances) {
    const box = place();
    const farthest = Math.max(range(distances, [2])[1], 0.1);
    axes(pen, box, "JS divergence (solid)   earth mover's distance (dashed)", colours);
    trace(pen, distances, 1, box, last, 0, Math.LN2, colours.real, []);
    trace(pen, distances, 2, box, last, 0, farthest, colours.fake, [5, 3]);
    numbers(pen, box, 0, Math.LN2, colours, 2);
    pen.fillText(farthest.toFixed(1), box.x + box.w + 4, box.y + 8);
    knobLines(pen, frame.header.marks, box, last, colours);
    y += 112;
  }
  if (classes) {
    drawClasses(pen, classes, place(), colours);
    y += 112;
  }
  if (digits) {
    const box = place();
    axes(pen, box, "classes drawn (solid)   distance from real digits, 10ⁿ (dashed; real ones: below 2)", colours);
    trace(pen, digits, 1, box, last, 0, 10, colours.real, []);
    trace(pen, digits, 2, box, last, 2, 5, colours.fake, [5, 3]);
    numbers(pen, box, 0, 10, colours, 0);
    pen.fillText("5", box.x + box.w + 4, box.y + 8);
    pen.fillText("2", box.x + box.w + 4, box.y + box.h);
    knobLines(pen, frame.header.marks, box, last, colours);
    y += 112;
  }
  if (losses) {
    const box = place();
    const levels = (frame.header.levels ?? []).filter((level) => level !== null);
    const ends = range(losses, [1, 2]);
    const [low, high] = [Math.min(ends[0], ...levels), Math.max(ends[1], ...levels)];
    const judge = frame.header.judge ?? "discriminator";
    axes(pen, box, `loss: ${judge} (solid), generator (dashed)`, colours);
    trace(pen, losses, 1, box, last, low, high, colours.real, []);
    trace(pen, losses, 2, box, last, low, high, colours.fake, [5, 3]);
    levels.forEach((level) => levelLine(pen, box, level, `${judge === "critic" ? judge : "D"} cannot tell: ${level.toFixed(2)}`, low, high, colours));
    numbers(pen, box, low, high, colours);
    knobLines(pen, frame.header.marks, box, last, colours);
    y += 112;
  }
  if (!modes && !losses && !digits) return;
  pen.fillStyle = colours.faint;
  pen.font = "10px sans-serif";
  pen.fillText("step 0", 30, y - 24);
  pen.textAlign = "right";
  pen.fillText(last.toLocaleString("en"), width - 30, y - 24);
  pen.textAlign = "left";
}
