// The picture: real and generated points over the discriminator's heat map, or a grid of digits.

const LIGHT = { real: "#0072B2", fake: "#D55E00", ink: "#222", faint: "#8a8a8a", paper: "#ffffff", grid: "#dddddd" };
const DARK = { real: "#56B4E9", fake: "#F0A030", ink: "#eee", faint: "#9a9a9a", paper: "#16181c", grid: "#3a3d42" };
const HEAT = { light: [[213, 94, 0], [255, 255, 255], [0, 114, 178]], dark: [[150, 84, 10], [22, 24, 28], [20, 92, 140]] };

function isDark() {
  const flag = document.body.dataset.jpThemeLight;
  return flag ? flag === "false" : window.matchMedia("(prefers-color-scheme: dark)").matches;
}

function fit(canvas, height) {
  const ratio = window.devicePixelRatio || 1;
  const width = canvas.clientWidth || 360;
  const tall = height ?? width;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(tall * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(tall * ratio);
    canvas.style.height = `${tall}px`;
  }
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, tall);
  return [pen, width, tall];
}

function paintHeat(pen, heat, size, dark) {
  const [rows, columns] = heat.shape;
  const small = paintHeat.canvas || (paintHeat.canvas = document.createElement("canvas"));
  small.width = columns;
  small.height = rows;
  const context = small.getContext("2d");
  const image = context.createImageData(columns, rows);
  const [low, middle, high] = HEAT[dark ? "dark" : "light"];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const t = heat.data[row * columns + column] / 255;
      const [from, to, part] = t < 0.5 ? [low, middle, t * 2] : [middle, high, t * 2 - 1];
      const at = ((rows - 1 - row) * columns + column) * 4; // first row of the data is the bottom of the picture
      for (let c = 0; c < 3; c++) image.data[at + c] = from[c] + (to[c] - from[c]) * part;
      image.data[at + 3] = 150;
    }
  }
  context.putImageData(image, 0, 0);
  pen.imageSmoothingEnabled = true;
  pen.drawImage(small, 0, 0, size, size);
}

function circles(pen, points, place, colour, radius, filled) {
  pen.beginPath();
  for (let i = 0; i < points.shape[0]; i++) {
    const [x, y] = place(points.data, i);
    pen.moveTo(x + radius, y);
    pen.arc(x, y, radius, 0, 7);
  }
  pen.lineWidth = 1.2;
  pen.strokeStyle = pen.fillStyle = colour;
  if (filled) pen.fill();
  else pen.stroke();
}

function crosses(pen, points, place, colour, radius, width = 1.4) {
  pen.beginPath();
  for (let i = 0; i < points.shape[0]; i++) {
    const [x, y] = place(points.data, i);
    pen.moveTo(x - radius, y - radius);
    pen.lineTo(x + radius, y + radius);
    pen.moveTo(x - radius, y + radius);
    pen.lineTo(x + radius, y - radius);
  }
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.stroke();
}

// `unit`: the size that is drawn 26 pixels long; longer ones grow to at most 34.
function drawArrows(pen, points, arrows, place, colour, unit = 3) {
  pen.beginPath();
  for (let i = 0; i < arrows.shape[0]; i++) {
    const [x, y] = place(points.data, i);
    const [dx, dy] = [arrows.data[2 * i], -arrows.data[2 * i + 1]];
    const size = Math.hypot(dx, dy);
    const length = 34 * Math.tanh(size / unit);
    if (!(length > 1)) continue;
    const [ex, ey] = [x + (dx / size) * length, y + (dy / size) * length];
    pen.moveTo(x, y);
    pen.lineTo(ex, ey);
    const angle = Math.atan2(dy, dx);
    for (const turn of [2.6, -2.6]) {
      pen.moveTo(ex, ey);
      pen.lineTo(ex + 5 * Math.cos(angle + turn), ey + 5 * Math.sin(angle + turn));
    }
  }
  pen.strokeStyle = colour;
  pen.lineWidth = 1.1;
  pen.stroke();
}

function drawManifold(pen, grid, place, colour) {
  const [rows, columns] = grid.shape;
  pen.beginPath();
  for (const along of [0, 1]) {
    for (let a = 0; a < (along ? columns : rows); a++) {
      for (let b = 0; b < (along ? rows : columns); b++) {
        const [x, y] = place(grid.data, along ? b * columns + a : a * columns + b);
        if (b) pen.lineTo(x, y);
        else pen.moveTo(x, y);
      }
    }
  }
  pen.strokeStyle = colour;
  pen.lineWidth = 0.7;
  pen.stroke();
}

function drawNoise(pen, noise, size, colours) {
  const box = size * 0.26;
  pen.fillStyle = colours.paper;
  pen.globalAlpha = 0.92;
  pen.fillRect(6, 6, box, box);
  pen.globalAlpha = 1;
  pen.strokeStyle = colours.ink;
  pen.strokeRect(6, 6, box, box);
  const width = noise.shape[1];
  const place = (data, i) => {
    const [x, y] = [data[i * width], width > 1 ? data[i * width + 1] : 0];
    return [6 + box / 2 + (Math.max(-3, Math.min(3, x)) * box) / 6.4, 6 + box / 2 - (Math.max(-3, Math.min(3, y)) * box) / 6.4];
  };
  circles(pen, noise, place, colours.ink, 1.8, true);
  pen.fillStyle = colours.ink;
  pen.font = "11px sans-serif";
  pen.fillText("noise z", 10, 18 + box);
}

function drawPlane(canvas, still, frame) {
  const [pen, size] = fit(canvas);
  const dark = isDark();
  const colours = dark ? DARK : LIGHT;
  const { extent } = still.header;
  const place = (data, i) => [((data[2 * i] + extent) / (2 * extent)) * size, ((extent - data[2 * i + 1]) / (2 * extent)) * size];
  const { arrays, header } = frame;
  const stage = header.explain?.stage;
  const shows = (...stages) => !stage || stages.includes(stage);
  pen.fillStyle = colours.paper;
  pen.fillRect(0, 0, size, size);
  if (arrays.heat && shows("scores", "loss", "update", "scores_again", "arrows", "generator")) paintHeat(pen, arrays.heat, size, dark);
  if (arrays.manifold) drawManifold(pen, arrays.manifold, place, colours.faint);
  pen.globalAlpha = stage ? 0.25 : 0.75;
  circles(pen, still.arrays.real, place, colours.real, 2.6);
  pen.globalAlpha = 1;
  if (!stage) {
    if (arrays.arrows) drawArrows(pen, arrays.fake, arrays.arrows, place, colours.ink);
    crosses(pen, arrays.fake, place, colours.fake, 2.6);
    return;
  }
  if (arrays.batch_real) circles(pen, arrays.batch_real, place, colours.real, 3.6);
  if (arrays.batch_arrows) {
    const longest = arrays.batch_arrows.data.reduce((most, v) => Math.max(most, Math.abs(v)), 1e-30);
    drawArrows(pen, arrays.batch, arrays.batch_arrows, place, colours.ink, longest); // else early ones were too short to see
  }
  if (arrays.batch) crosses(pen, arrays.batch, place, colours.fake, 3.6, 2);
  if (arrays.noise) drawNoise(pen, arrays.noise, size, colours);
  pen.strokeStyle = colours.fake;
  pen.lineWidth = 3;
  if (stage === "update" || stage === "generator") pen.strokeRect(2, 2, size - 4, size - 4);
}

// Numbers on a line as marks at height y (0 = base, up in pixels): `place` for circles, crosses and arrows.
const onLine = (px, y) => (data, i) => [px(data[i]), y];

function bars(pen, heights, top, width, base, colour) {
  pen.fillStyle = colour;
  pen.globalAlpha = 0.55;
  heights.forEach((height, i) => {
    const tall = Math.min(1, height / top) * (base - 14);
    pen.fillRect((i / heights.length) * width, base - tall, width / heights.length - 1, tall);
  });
  pen.globalAlpha = 1;
}

function counted(fake, extent) {
  const found = new Float32Array(60);
  fake.forEach((x) => {
    const bin = Math.floor(((x + extent) / (2 * extent)) * 60);
    if (bin >= 0 && bin < 60) found[bin] += 60 / (fake.length * 2 * extent);
  });
  return found;
}

// The lines D = 1/2 and D = 1, and the axis with its numbers.
function lineFrame(pen, px, width, base, extent, isProbability, colours) {
  pen.font = "11px sans-serif";
  pen.fillStyle = colours.ink;
  pen.strokeStyle = colours.faint;
  pen.lineWidth = 1;
  const levels = isProbability ? [[1, "D = 1"], [0.5, "D = ½"], [0, ""]] : [[1, "highest score"], [0, ""]];
  for (const [score, text] of levels) {
    const y = base - score * (base - 14);
    pen.setLineDash(score ? [1, 4] : []);
    pen.beginPath();
    pen.moveTo(0, y);
    pen.lineTo(width, y);
    pen.stroke();
    pen.fillText(text, width - pen.measureText(text).width - 4, y - 3);
  }
  pen.setLineDash([]);
  pen.textAlign = "center";
  for (let x = -Math.floor(extent); x <= extent; x++) pen.fillText(x, px(x), base + 40);
  pen.textAlign = "left";
}

function lineMarks(pen, still, frame, px, base, colours) {
  const { arrays, header } = frame;
  const stage = header.explain?.stage;
  const [upper, lower] = [base + 9, base + 21];
  pen.globalAlpha = stage ? 0.2 : 0.45;
  circles(pen, still.arrays.real, onLine(px, upper), colours.real, 2.2);
  if (!stage) crosses(pen, arrays.fake, onLine(px, lower), colours.fake, 2.2, 1);
  pen.globalAlpha = 1;
  if (arrays.batch_real) circles(pen, arrays.batch_real, onLine(px, upper), colours.real, 3.4);
  if (arrays.batch) crosses(pen, arrays.batch, onLine(px, lower), colours.fake, 3.4, 1.8);
  const [from, arrow] = stage ? [arrays.batch, arrays.batch_arrows] : [arrays.fake, arrays.arrows];
  if (!arrow) return;
  const flat = { shape: arrow.shape, data: new Float32Array(2 * arrow.shape[0]) };
  arrow.data.forEach((x, i) => { flat.data[2 * i] = x; });
  const longest = arrow.data.reduce((most, v) => Math.max(most, Math.abs(v)), 1e-30);
  drawArrows(pen, from, flat, onLine(px, lower), colours.ink, stage ? longest : 3);
}

// One dimension: the real density, the generated numbers as a histogram, the discriminator as a dashed line; below them
// the numbers themselves, with the arrows of the generator's loss.
function drawLine(canvas, still, frame) {
  const [pen, width, height] = fit(canvas);
  const colours = isDark() ? DARK : LIGHT;
  const { extent } = still.header;
  const { arrays, header } = frame;
  const base = height - 46;
  const top = Math.max(...still.arrays.density.data) * 1.6;
  const px = (x) => ((x + extent) / (2 * extent)) * width;
  pen.fillStyle = colours.paper;
  pen.fillRect(0, 0, width, height);
  bars(pen, arrays.bars?.data ?? counted(arrays.fake.data, extent), top, width, base, colours.fake);
  lineFrame(pen, px, width, base, extent, header.probability !== false, colours);
  const line = (values, scale, colour, dash) => {
    pen.beginPath();
    values.forEach((v, i) => pen.lineTo((i / (values.length - 1)) * width, base - Math.min(1.02, v / scale) * (base - 14)));
    pen.setLineDash(dash);
    pen.strokeStyle = colour;
    pen.lineWidth = 2;
    pen.stroke();
    pen.setLineDash([]);
  };
  line(still.arrays.density.data, top, colours.real, []);
  if (header.explain?.stage !== "noise" && header.explain?.stage !== "generated") line(arrays.curve.data, 1, colours.ink, [5, 4]);
  lineMarks(pen, still, frame, px, base, colours);
  if (arrays.noise) drawNoise(pen, arrays.noise, width, colours);
  pen.strokeStyle = colours.fake;
  pen.lineWidth = 3;
  if (["update", "generator"].includes(header.explain?.stage)) pen.strokeRect(2, 2, width - 4, height - 4);
}

function drawImages(canvas, still, frame) {
  const digits = frame.arrays.fake;
  const count = digits.shape[0];
  const columns = 8;
  const rows = Math.ceil(count / columns);
  const [pen, width] = fit(canvas, (canvas.clientWidth / columns) * rows);
  const small = drawImages.canvas || (drawImages.canvas = document.createElement("canvas"));
  small.width = columns * 28;
  small.height = rows * 28;
  const context = small.getContext("2d");
  const image = context.createImageData(small.width, small.height);
  for (let n = 0; n < count; n++) {
    for (let p = 0; p < 784; p++) {
      const x = (n % columns) * 28 + (p % 28);
      const y = Math.floor(n / columns) * 28 + Math.floor(p / 28);
      const at = (y * small.width + x) * 4;
      image.data[at] = image.data[at + 1] = image.data[at + 2] = digits.data[n * 784 + p];
      image.data[at + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
  pen.imageSmoothingEnabled = true;
  pen.drawImage(small, 0, 0, width, (width / columns) * rows);
}

const PICTURES = { plane: drawPlane, line: drawLine, images: drawImages };
