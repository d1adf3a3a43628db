/* flames_draw.js - what is shown: the bar and the frames. The second part, after flames_data.js. */

const SVG = 'http://www.w3.org/2000/svg';
const HTML = 'http://www.w3.org/1999/xhtml';
const ROW = 18; /* pixels, as in flame_picture.c */
const MARGIN = 12;
const NARROWEST = 0.3; /* what is narrower is not drawn until it is zoomed into */

/* ---- What is shown ---- */

const state = {tab: tabs[0], zoom: open(tabs[0]), back: [], search: null, at: null};
let letter = 7.2; /* pixels; measured below */

function make(space, name, attributes, parent) {
    const element = document.createElementNS(space, name);
    for (const key in attributes)
        element.setAttribute(key, attributes[key]);
    if (parent !== undefined)
        parent.appendChild(element);
    return element;
}

function html(name, attributes, parent, text) {
    const element = make(HTML, name, attributes, parent);
    if (text !== undefined)
        element.textContent = text;
    return element;
}

const title = picture.querySelector('text.title').textContent;
const heads = Array.from(picture.querySelectorAll('text.head'), text => text.textContent);
const frames = make(SVG, 'g', {class: 'frames'}, picture);
const holder = make(SVG, 'foreignObject', {x: 0, y: 0, width: 100, height: 100}, picture);
const bar = html('div', {class: 'bar'}, holder);
const headline = html('div', {class: 'top'}, bar);
html('h1', {title: picture.querySelector('desc').textContent}, headline, title);
const search = html('input', {type: 'search', placeholder: 'Search: a regular expression ( / )',
                              'aria-label': 'Search', spellcheck: 'false'}, headline);
const found = html('output', {class: 'found'}, headline);
for (const text of heads)
    html('p', {class: 'dim'}, bar, text);
const tablist = html('div', {class: 'tabs', role: 'tablist'}, bar);
const crumbs = html('nav', {class: 'crumbs', 'aria-label': 'Zoomed into'}, bar);
const info = html('p', {class: 'info', 'aria-live': 'polite'}, bar);
const note = html('p', {class: 'dim'}, bar);

/* ---- The frames ---- */

function wide(text) {
    let columns = 0;
    for (const character of text)
        columns += character.codePointAt(0) < 0x1100 ? 1 : 2;
    return columns;
}

function fit(text, width) {
    const columns = Math.floor((width - 7) / letter);
    if (columns < 3)
        return '';
    if (wide(text) <= columns)
        return text;
    let cut = '', used = 1;
    for (const character of text) {
        used += character.codePointAt(0) < 0x1100 ? 1 : 2;
        if (used > columns)
            break;
        cut += character;
    }
    return cut + '…';
}

function draw(frame, x, width) {
    const marks = ['frame'];
    if (frame.inlined)
        marks.push('inlined');
    if (state.zoom.depth > frame.depth)
        marks.push('above');
    if (state.search !== null)
        marks.push(frame.name.found ? 'hit' : 'miss');
    const y = frame.depth * ROW;
    const group = make(SVG, 'g', {class: marks.join(' '), role: 'button', tabindex: -1,
                                  'aria-label': describe(frame).join(', ')}, frames);
    const fill = compares ? shades[frame.shade + (shades.length - 1) / 2] : frame.name.color;
    make(SVG, 'rect', {x: x.toFixed(2), y, width: Math.max(width - 0.6, 0.3).toFixed(2),
                       height: ROW - 1, rx: width > 8 ? 2 : 0, style: 'fill:' + fill}, group);
    const text = fit(frame.name.text, width);
    if (text !== '')
        make(SVG, 'text', {x: (x + 4).toFixed(2), y: y + 13}, group).textContent = text;
    group.frame = frame;
    frame.element = group;
}

/* The zoomed frame and its callers take the whole width, what it calls its share. */
function render() {
    const width = Math.max(picture.clientWidth || window.innerWidth, 320);
    const room = width - 2 * MARGIN, zoom = state.zoom;
    let deepest = zoom.depth;
    walk(state.tab.root, frame => { frame.element = null; return true; });
    frames.replaceChildren();
    for (let caller = zoom.parent; caller !== null; caller = caller.parent)
        draw(caller, MARGIN, room);
    if (zoom.value > 0)
        walk(zoom, frame => {
            const drawn = frame.value / zoom.value * room;
            if (drawn < NARROWEST)
                return false;
            draw(frame, MARGIN + (frame.at - zoom.at) / zoom.value * room, drawn);
            deepest = Math.max(deepest, frame.depth);
            return true;
        });
    holder.setAttribute('width', width);
    const height = Math.ceil(bar.getBoundingClientRect().height);
    holder.setAttribute('height', height);
    frames.setAttribute('transform', 'translate(0,' + (height + 6) + ')');
    picture.setAttribute('height', Math.max(height + (deepest + 2) * ROW, 100));
    follow();
    stand(state.at !== null && state.at.element !== null ? state.at : zoom);
}

/* The bar stays in sight when a deep picture is scrolled. */
function follow() {
    holder.setAttribute('y', window.scrollY || 0);
}

function tell(frame) {
    const parts = describe(frame);
    info.replaceChildren();
    html('b', {}, info, parts[0]);
    html('span', {}, info, parts.slice(1).join(' · '));
    info.title = parts[0];
}

/* One frame at a time can be reached by Tab; the arrows go on from there. */
function stand(frame) {
    if (state.at !== null && state.at.element !== null)
        state.at.element.setAttribute('tabindex', -1);
    state.at = frame;
    if (frame.element !== null)
        frame.element.setAttribute('tabindex', 0);
    tell(frame);
}

function step(frame) {
    if (frame === undefined || frame === null || frame.element === null)
        return;
    stand(frame);
    frame.element.focus({preventScroll: true});
    const box = frame.element.getBoundingClientRect();
    const above = box.top - holder.getBoundingClientRect().height - ROW;
    const below = box.bottom + ROW - window.innerHeight;
    if (above < 0 || below > 0)
        window.scrollBy(0, above < 0 ? above : below);
}
