/* flames_data.js - the data of a flame graph, and its numbers as text.
 *
 * The first of three parts of one script, which flamegraph.c puts together into one function and
 * into the SVG file, beside the data (flame_data.c draws the format). It makes the still picture one
 * that answers; without it the file shows its first tab. Names are foreign text: they only ever
 * become text nodes and attribute values, never markup. */

const picture = document.documentElement;
const data = picture.querySelector('metadata flames');

/* ---- The data ---- */

function lines(element) {
    return element.textContent.split('\n').filter(line => line !== '');
}

const compares = data.getAttribute('compares') === '1';
const before = data.getAttribute('has_base') === '1' ? 'was ' : 'less ';
const total = Number(data.getAttribute('total'));
const shades = lines(data.querySelector('shades'));
const modules = lines(data.querySelector('modules'));
const units = lines(data.querySelector('units')).map(line => {
    const at = line.indexOf(' ');
    return {factor: Number(line.slice(0, at)), name: line.slice(at + 1)};
});
/* "COLOUR MODULE NAME", where only the name may have blanks. */
const names = lines(data.querySelector('names')).map(line => {
    const [color, module] = line.split(' ', 2);
    const text = line.slice(color.length + module.length + 2);
    return {color, module: module === '0' ? '' : modules[Number(module)], text, found: false};
});
const tabs = Array.from(data.querySelectorAll('tab'), (element, number) => ({
    element, number, root: null,
    name: element.getAttribute('name'), note: element.getAttribute('note'),
    value: Number(element.getAttribute('value')), base: Number(element.getAttribute('base')),
    self: Number(element.getAttribute('self')), shade: Number(element.getAttribute('shade')),
}));

/* A row is "DEPTH NAME VALUE SELF INLINED", and "BASE SHADE" in a comparison; callers come
 * before their callees, siblings from left to right. */
function open(tab) {
    if (tab.root !== null)
        return tab.root;
    const plain = {text: tab.name, color: 'var(--root)', module: '', found: false};
    tab.root = {name: plain, parent: null, callees: [], depth: 0, at: 0, filled: 0,
                value: tab.value, base: tab.base, self: tab.self, shade: tab.shade,
                inlined: false, element: null};
    const path = [tab.root];
    for (const line of lines(tab.element)) {
        const [depth, name, value, self, inlined, base, shade] = line.split(' ').map(Number);
        const parent = path[depth - 1];
        const frame = {name: names[name], parent, callees: [], depth, value, self,
                       at: parent.at + parent.filled, filled: 0, inlined: inlined === 1,
                       base: base || 0, shade: shade || 0, element: null};
        parent.filled += value;
        parent.callees.push(frame);
        path[depth] = frame;
    }
    return tab.root;
}

/* Each frame before its callees; `enter` says whether those are of interest. */
function walk(frame, enter) {
    const pending = [frame];
    while (pending.length > 0) {
        const next = pending.pop();
        if (enter(next))
            for (let i = next.callees.length; i-- > 0;)
                pending.push(next.callees[i]);
    }
}

/* ---- Numbers as text, as the other views print them ---- */

function measure(value) {
    let unit = units[0];
    for (const larger of units)
        if (Math.abs(value) >= larger.factor)
            unit = larger;
    const text = (value / unit.factor).toFixed(2).replace(/\.00$/, '');
    return text === '0' || text === '-0' ? '0' : text + unit.name;
}

function percent(value, whole) {
    const share = whole === 0 ? 0 : Math.abs(value / whole) * 100;
    if (share >= 99.95 && share <= 100.05)
        return '100%';
    return (share >= 1 || share === 0 ? share.toFixed(2) : share.toPrecision(2)) + '%';
}

function signed(value) {
    return (value > 0 ? '+' : '') + measure(value);
}

function describe(frame) {
    const parts = [frame.name.text + (frame.inlined ? ' (inline)' : '')];
    /* the first tab is called "all", also where some of the profile is left out */
    const whole = total === tabs[0].value ? ' of all' : ' of the whole profile';
    let cost = measure(frame.value) + ', ' + percent(frame.value, total) + whole;
    if (state.tab.number > 0)
        cost += ', ' + percent(frame.value, state.tab.value) + ' of this tab';
    parts.push(cost);
    if (frame.self !== 0 && frame.callees.length > 0)
        parts.push('self ' + measure(frame.self));
    if (compares)
        parts.push(before + measure(frame.base) + ': ' + signed(frame.value - frame.base) +
                   (before === 'was ' && frame.base !== 0 && frame.value !== frame.base
                        ? ' (' + (frame.value > frame.base ? '+' : '-') +
                              percent(frame.value - frame.base, frame.base) + ')'
                        : ''));
    if (frame.name.module !== '')
        parts.push(frame.name.module);
    return parts;
}
