// What pictures are made of: the heat map, circles, crosses, arrows, and where points outside are.

const { light: LIGHT, dark: DARK } = PALETTE;

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

const channels = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));

function paintHeat(pen, heat, size, colours) {
  const [rows, columns] = heat.shape;
  const small = paintHeat.canvas || (paintHeat.canvas = document.createElement("canvas"));
  small.width = columns;
  small.height = rows;
  const context = small.getContext("2d");
  const image = context.createImageData(columns, rows);
  const [low, middle, high] = colours.heat.map(channels);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const t = heat.data[row * columns + column] / 255;
      const [from, to, part] = t < 0.5 ? [low, middle, t * 2] : [middle, high, t * 2 - 1];
      const at = ((rows - 1 - row) * columns + column) * 4; // first row of the data is the bottom of the picture
      for (let c = 0; c < 3; c++) image.data[at + c] = from[c] + (to[c] - from[c]) * part;
      image.data[at + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
  pen.imageSmoothingEnabled = true;
  pen.drawImage(small, 0.5, 0.5, columns - 1, rows - 1, 0, 0, size, size); // the outermost values lie on the edges
}

// Where the score is one half: a line through each cell of the heat map between values above and below.
function drawHalf(pen, heat, size, colours) {
  const [rows, columns] = heat.shape;
  const at = (row, column) => heat.data[row * columns + column] - 127.5;
  pen.beginPath();
  for (let row = 0; row + 1 < rows; row++) {
    for (let column = 0; column + 1 < columns; column++) {
      const corners = [[row, column], [row, column + 1], [row + 1, column + 1], [row + 1, column]];
      const crossings = [];
      corners.forEach(([r, c], i) => {
        const [r2, c2] = corners[(i + 1) % 4];
        const [one, other] = [at(r, c), at(r2, c2)];
        if (one * other >= 0) return;
        const part = one / (one - other);
        crossings.push([((c + (c2 - c) * part) / (columns - 1)) * size, (1 - (r + (r2 - r) * part) / (rows - 1)) * size]);
      });
      for (let i = 0; i + 1 < crossings.length; i += 2) {
        pen.moveTo(...crossings[i]);
        pen.lineTo(...crossings[i + 1]);
      }
    }
  }
  pen.strokeStyle = colours.faint;
  pen.lineWidth = 1;
  pen.stroke();
}

// What has been traced, in its colour, and around it a rim of paper, so that it stands out from whatever lies under it.
function strokeRimmed(pen, colour, width, rim) {
  if (rim) {
    pen.strokeStyle = rim;
    pen.lineWidth = width + 2;
    pen.stroke();
  }
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.stroke();
}

function circles(pen, points, place, colour, radius, { filled = false, rim = null } = {}) {
  pen.beginPath();
  for (let i = 0; i < points.shape[0]; i++) {
    const [x, y] = place(points.data, i);
    pen.moveTo(x + radius, y);
    pen.arc(x, y, radius, 0, 7);
  }
  if (filled) {
    pen.fillStyle = colour;
    pen.fill();
  } else strokeRimmed(pen, colour, 1.3, rim);
}

function crosses(pen, points, place, colour, radius, { width = 1.5, rim = null } = {}) {
  pen.beginPath();
  for (let i = 0; i < points.shape[0]; i++) {
    const [x, y] = place(points.data, i);
    pen.moveTo(x - radius, y - radius);
    pen.lineTo(x + radius, y + radius);
    pen.moveTo(x - radius, y + radius);
    pen.lineTo(x + radius, y - radius);
  }
  strokeRimmed(pen, colour, width, rim);
}

// How long an arrow is drawn, in pixels: one scale for every run and every step, so that a gradient that vanishes is
// seen to. Ten times the pull is 14 pixels more; a pull of .001 or less is nothing.
const arrowLength = (size) => Math.min(50, Math.max(0, 14 * Math.log10(size / 0.001)));
const ARROWS = 16; // more would cover the points that they belong to

function drawArrows(pen, points, arrows, place, colours) {
  pen.beginPath();
  for (let i = 0; i < Math.min(ARROWS, arrows.shape[0]); i++) {
    const [x, y] = place(points.data, i);
    const [dx, dy] = [arrows.data[2 * i], -arrows.data[2 * i + 1]];
    const size = Math.hypot(dx, dy);
    const length = arrowLength(size);
    if (!(length > 1)) continue;
    const [ex, ey] = [x + (dx / size) * length, y + (dy / size) * length];
    pen.moveTo(x, y);
    pen.lineTo(ex, ey);
    const angle = Math.atan2(dy, dx);
    for (const turn of [2.6, -2.6]) {
      pen.moveTo(ex, ey);
      pen.lineTo(ex + 6 * Math.cos(angle + turn), ey + 6 * Math.sin(angle + turn));
    }
  }
  strokeRimmed(pen, colours.ink, 1.6, colours.paper);
}

// Points beyond the drawn square: where on its edge each is shown, and how far from the middle they lie.
function strays({ data, shape: [count, dim] }, extent) {
  const found = { places: [], near: Infinity, far: 0, lost: 0, count };
  for (let i = 0; i < count; i++) {
    const point = [data[dim * i], dim > 1 ? data[dim * i + 1] : 0];
    const reach = Math.max(Math.abs(point[0]), Math.abs(point[1])) / extent;
    if (!Number.isFinite(reach)) found.lost += 1;
    else if (reach > 1) {
      const distance = Math.hypot(...point);
      found.places.push(point.map((v) => v / reach));
      [found.near, found.far] = [Math.min(found.near, distance), Math.max(found.far, distance)];
    }
  }
  return found;
}

const spoken = (value) => (value < 1000 ? String(+value.toPrecision(2)) : value.toExponential(1).replace("+", ""));

function strayWords({ places, near, far, lost, count }) {
  if (lost) return [`${lost} of ${count} generated points`, "are no finite numbers any more"];
  if (places.length * 10 < count) return []; // a few: their triangles say enough, and words would cover the others
  return [`${places.length} of ${count} generated points lie outside,`, `${spoken(near)} to ${spoken(far)} from the middle`];
}

// A triangle at the edge for each point outside; where they are many, how many and how far. (x, y): top left of the words.
function drawStrays(pen, found, pixel, colours, x, y) {
  pen.beginPath();
  for (const place of found.places) {
    const [px, py] = pixel(place);
    const angle = Math.atan2(-place[1], place[0]);
    const corner = (turn, far) => [px + far * Math.cos(angle + turn) - 9 * Math.cos(angle), py + far * Math.sin(angle + turn) - 9 * Math.sin(angle)];
    pen.moveTo(...corner(0, 8));
    pen.lineTo(...corner(2.3, 7));
    pen.lineTo(...corner(-2.3, 7));
    pen.closePath();
  }
  strokeRimmed(pen, colours.fake, 1.5, colours.paper);
  pen.fillStyle = colours.fake;
  pen.fill();
  const words = strayWords(found);
  if (!words.length) return;
  pen.font = "12px sans-serif";
  pen.globalAlpha = 0.9;
  pen.fillStyle = colours.paper;
  pen.fillRect(x, y, Math.max(...words.map((line) => pen.measureText(line).width)) + 12, 36);
  pen.globalAlpha = 1;
  pen.fillStyle = colours.ink;
  words.forEach((line, i) => pen.fillText(line, x + 6, y + 14 + 15 * i));
}
