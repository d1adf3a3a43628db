/* flames.js - makes the still picture of a flame graph one that answers: tabs, zoom, search.
 *
 * It is put into the SVG file beside its data (flame_data.c draws the format), and needs nothing
 * else. Without it the file shows its first tab. Names are foreign text: they only ever become
 * text nodes and attribute values, never markup. */
(function () {
    'use strict';

    const SVG = 'http://www.w3.org/2000/svg';
    const HTML = 'http://www.w3.org/1999/xhtml';
    const ROW = 18; /* pixels, as in flame_picture.c */
    const MARGIN = 12;
    const NARROWEST = 0.3; /* what is narrower is not drawn until it is zoomed into */
    const TABS = 12;       /* the others are in a list behind them */
    const CRUMBS = 5;

    const picture = document.documentElement;
    const data = picture.querySelector('metadata flames');
    if (picture.localName !== 'svg' || data === null)
        return;

    /* ---- The data ---- */

    function lines(element) {
        return element.textContent.split('\n').filter(line => line !== '');
    }

    const compares = data.getAttribute('compares') === '1';
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
        let cost = measure(frame.value) + ', ' + percent(frame.value, total) + ' of all';
        if (state.tab.number > 0)
            cost += ', ' + percent(frame.value, state.tab.value) + ' of this tab';
        parts.push(cost);
        if (frame.self !== 0 && frame.callees.length > 0)
            parts.push('self ' + measure(frame.self));
        if (compares)
            parts.push('was ' + measure(frame.base) + ': ' + signed(frame.value - frame.base) +
                       (frame.base !== 0 && frame.value !== frame.base
                            ? ' (' + (frame.value > frame.base ? '+' : '-') +
                                  percent(frame.value - frame.base, frame.base) + ')'
                            : ''));
        if (frame.name.module !== '')
            parts.push(frame.name.module);
        return parts;
    }

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
    const top = html('div', {class: 'top'}, bar);
    html('h1', {title: picture.querySelector('desc').textContent}, top, title);
    const search = html('input', {type: 'search', placeholder: 'Search: a regular expression ( / )',
                                  'aria-label': 'Search', spellcheck: 'false'}, top);
    const found = html('output', {class: 'found'}, top);
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

    /* ---- Zoom ---- */

    function zoomTo(frame, isBack) {
        if (frame === state.zoom || frame.value === 0)
            return;
        if (!isBack)
            state.back.push(state.zoom);
        const hadFocus = frames.contains(document.activeElement);
        state.zoom = frame;
        state.at = frame;
        showCrumbs();
        render();
        showFound();
        if (hadFocus && frame.element !== null)
            frame.element.focus({preventScroll: true});
    }

    function goBack() {
        if (state.back.length > 0)
            zoomTo(state.back.pop(), true);
    }

    function showCrumbs() {
        const path = [];
        for (let frame = state.zoom; frame !== null; frame = frame.parent)
            path.unshift(frame);
        crumbs.replaceChildren();
        const back = html('button', {type: 'button', title: 'Esc'}, crumbs, '‹ Back');
        back.disabled = state.back.length === 0;
        back.addEventListener('click', goBack);
        path.forEach((frame, i) => {
            if (i > 0 && i < path.length - CRUMBS) {
                if (i === 1)
                    html('span', {}, crumbs, '› …');
                return;
            }
            if (i > 0)
                html('span', {}, crumbs, '›');
            const crumb = html('button', {type: 'button', title: frame.name.text}, crumbs,
                               frame.name.text);
            if (frame === state.zoom)
                crumb.setAttribute('aria-current', 'true');
            crumb.addEventListener('click', () => zoomTo(frame, false));
        });
    }

    /* ---- Tabs ---- */

    /* The same frame in another tab, or the nearest caller that is there too. */
    function same(frame, root) {
        const path = [];
        for (; frame.parent !== null; frame = frame.parent)
            path.unshift(frame.name);
        let at = root;
        for (const name of path) {
            const next = at.callees.find(callee => callee.name === name);
            if (next === undefined)
                break;
            at = next;
        }
        return at;
    }

    function show(tab) {
        const zoom = same(state.zoom, open(tab));
        state.tab = tab;
        state.zoom = zoom;
        state.back = zoom.parent !== null ? [tab.root] : [];
        state.at = zoom;
        Array.from(tablist.querySelectorAll('button'), (button, i) => {
            button.setAttribute('aria-selected', i === tab.number);
            button.tabIndex = i === tab.number || (i === 0 && tab.number > TABS) ? 0 : -1;
        });
        const more = tablist.querySelector('select');
        if (more !== null) {
            more.value = tab.number > TABS ? tab.number : '';
            more.setAttribute('class', tab.number > TABS ? 'chosen' : '');
        }
        note.textContent = tab.note;
        showCrumbs();
        showFound();
        render();
    }

    function label(tab) {
        const share = percent(tab.value, tabs[0].value);
        return tab.number === 0 ? measure(tab.value) : share + '  ' + measure(tab.value);
    }

    function makeTabs() {
        if (tabs.length === 1)
            tablist.style.display = 'none';
        for (const tab of tabs.slice(0, TABS + 1)) {
            const button = html('button', {type: 'button', role: 'tab', title: tab.name}, tablist);
            html('span', {class: 'name'}, button, tab.name);
            html('span', {class: 'share'}, button, label(tab));
            button.addEventListener('click', () => show(tab));
        }
        if (tabs.length <= TABS + 1)
            return;
        const more = html('select', {'aria-label': 'More tabs'}, tablist);
        html('option', {value: '', disabled: ''}, more, (tabs.length - TABS - 1) + ' more …');
        for (const tab of tabs.slice(TABS + 1))
            html('option', {value: tab.number}, more, tab.name + '  ' + label(tab));
        more.addEventListener('change', () => show(tabs[Number(more.value)]));
    }

    /* Left and right among the tabs. */
    function stepTab(by) {
        const buttons = tablist.querySelectorAll('button');
        const next = Math.min(state.tab.number, buttons.length - 1) + by;
        if (next < 0 || next >= buttons.length)
            return;
        show(tabs[next]);
        buttons[next].focus();
    }

    /* ---- Search ---- */

    /* Capitals count if there are any. */
    function compile(text) {
        try {
            return new RegExp(text, /[A-Z]/.test(text) ? 'u' : 'iu');
        } catch (error) {
            return undefined;
        }
    }

    function find() {
        const text = search.value;
        const expression = text === '' ? null : compile(text);
        search.setAttribute('aria-invalid', expression === undefined);
        state.search = expression === undefined ? null : expression;
        for (const name of names)
            name.found = state.search !== null && state.search.test(name.text);
        showFound();
        render();
    }

    /* A stack counts once: by the outermost of its frames that match. */
    function showFound() {
        let value = 0;
        if (state.search === null) {
            found.textContent = search.value === '' ? '' : 'no regular expression';
            return;
        }
        walk(state.tab.root, frame => {
            value += frame.name.found ? frame.value : 0;
            return !frame.name.found;
        });
        found.textContent =
            'matched ' + measure(value) + ', ' + percent(value, state.tab.value) + ' of this tab';
    }

    /* ---- Events ---- */

    function frameOf(event) {
        const group = event.target.closest ? event.target.closest('g.frame') : null;
        return group !== null && group.frame !== undefined ? group.frame : null;
    }

    function sibling(frame, by) {
        if (frame.parent === null)
            return null;
        const all = frame.parent.callees;
        return all[all.indexOf(frame) + by];
    }

    function widest(frame) {
        return frame.callees.reduce((best, callee) =>
            best === null || callee.value > best.value ? callee : best, null);
    }

    const frameKeys = {
        ArrowDown: frame => step(widest(frame)),
        ArrowUp: frame => step(frame.parent),
        ArrowLeft: frame => step(sibling(frame, -1)),
        ArrowRight: frame => step(sibling(frame, 1)),
        Home: () => step(state.tab.root),
        Enter: frame => zoomTo(frame, false),
        ' ': frame => zoomTo(frame, false),
    };
    const tabKeys = {ArrowLeft: () => stepTab(-1), ArrowRight: () => stepTab(1)};

    function press(event) {
        if (event.ctrlKey || event.metaKey || event.altKey)
            return;
        const frame = frameOf(event);
        const isTab = event.target.closest && event.target.closest('[role=tab]') !== null;
        const key = frame !== null ? frameKeys[event.key] : isTab ? tabKeys[event.key] : undefined;
        if (key !== undefined) {
            key(frame);
        } else if (event.key === 'Escape' && search.value !== '' && event.target === search) {
            search.value = '';
            find();
        } else if (event.key === 'Escape') {
            goBack();
        } else if (event.key === '/' && event.target !== search) {
            search.focus();
        } else {
            return;
        }
        event.preventDefault();
    }

    frames.addEventListener('click', event => {
        const frame = frameOf(event);
        if (frame !== null)
            zoomTo(frame, false);
    });
    frames.addEventListener('mouseover', event => {
        const frame = frameOf(event);
        if (frame !== null)
            tell(frame);
    });
    frames.addEventListener('mouseleave', () => tell(state.at));
    frames.addEventListener('focusin', event => {
        const frame = frameOf(event);
        if (frame !== null && frame !== state.at)
            stand(frame);
    });
    search.addEventListener('input', find);
    document.addEventListener('keydown', press);
    window.addEventListener('resize', render);
    window.addEventListener('scroll', follow);

    /* ---- From still to moving ---- */

    const still = picture.querySelector('g.still');
    const sample = still.querySelector('text.measure');
    if (sample !== null && sample.getComputedTextLength() > 0)
        letter = sample.getComputedTextLength() / sample.textContent.length;
    still.remove();
    picture.removeAttribute('viewBox');
    picture.setAttribute('width', '100%');
    makeTabs();
    show(tabs[0]);
})();
