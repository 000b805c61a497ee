// Whether the kernel still hears this widget. `alive(render)` wraps a widget's render: what the page sends carries a
// number, the kernel answers it at once (alive.py), and where no answer comes the widget says so within 3 seconds.

const GONE = "The kernel was restarted: run this cell again.";
const SILENT = "The kernel does not answer: it is busy or gone. If this stays, run this cell again.";
const OLDER = "The cell that made this was run again: run this cell again.";
const PATIENCE = 2500; // milliseconds without an answer until the widget says so
const GRACE = 400; // milliseconds from the kernel's 'idle' until its answer must be here

function aliveLine(el) {
  const line = document.createElement("p");
  line.className = "gan-gone";
  line.setAttribute("role", "alert");
  line.style.cssText = "position: sticky; top: 0; z-index: 3; margin: 0 0 6px; padding: 6px 10px; border-radius: 4px;"
    + " font-weight: 600; background: #fff3cd; color: #4a3500;";
  line.hidden = true;
  el.append(line);
  return (text) => {
    line.hidden = !text;
    if (line.textContent !== text) line.textContent = text;
  };
}

// The model with a `send` and a `save_changes` that never fail without a word.
function aliveModel(model, say) {
  const page = Math.random().toString(36).slice(2);
  let number = 0, answered = 0, gone = false;
  const lost = () => { gone = true; say(GONE); };
  const late = (mine, then) => () => { if (answered < mine && !gone) then(mine); };
  const silent = (mine) => {
    say(SILENT);
    if (mine === number) send(); // only the newest asks again: the front end may know by now that the kernel is gone
  };
  const send = (content = {}) => {
    if (gone) return say(GONE);
    const mine = ++number;
    setTimeout(late(mine, silent), PATIENCE); // first: what follows may throw
    // The kernel tells of each message when it is done with it: if this widget did not answer then, it is not there.
    const status = ({ content: { execution_state: state } }) => { if (state === "idle") setTimeout(late(mine, lost), GRACE); };
    try { model.send({ ...content, asks: [page, mine] }, { iopub: { status } }); } catch { lost(); }
  };
  const ping = () => { if (answered === number) send(); };
  const hear = ({ heard, older }) => {
    if (heard?.[0] !== page) return;
    answered = Math.max(answered, heard[1]);
    if (!gone) say(older ? OLDER : "");
  };
  const save_changes = () => {
    ping();
    if (!gone) model.save_changes();
  };
  const events = [["msg:custom", hear], ["comm_live_update", ping], ["comm:close", lost]];
  events.forEach(([name, action]) => model.on(name, action));
  const stop = () => events.forEach(([name, action]) => model.off(name, action));
  const { widget_manager } = model;
  const [get, set, on, off] = ["get", "set", "on", "off"].map((name) => (...given) => model[name](...given));
  return [{ get, set, on, off, widget_manager, send, save_changes }, stop];
}

function alive(render) {
  return ({ model, el }) => {
    const [guarded, stop] = aliveModel(model, aliveLine(el));
    const clean = render({ model: guarded, el });
    return () => { stop(); clean?.(); };
  };
}

