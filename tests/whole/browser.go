// browser.go - flame graphs in a real browser, by real clicks and keys.
// usage: browser.go FOLDER [SHOTS]: FOLDER holds NAME.svg and NAME.folded; screenshots go to SHOTS.
//
// Speaks WebDriver to chromedriver, which it starts and ends. Prints what is wrong; exit 1 then.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

type object = map[string]interface{}

var (
	server, session, folder, shots string
	failures                       int
)

func check(holds bool, format string, words ...interface{}) {
	if !holds {
		failures++
		fmt.Printf("FAILED: "+format+"\n", words...)
	}
}

func must(err error) {
	if err != nil {
		fmt.Println("FAILED:", err)
		panic(err)
	}
}

// ---- WebDriver ----

func call(method, path string, body interface{}) interface{} {
	var content []byte
	if body != nil {
		encoded, err := json.Marshal(body)
		must(err)
		content = encoded
	}
	request, err := http.NewRequest(method, server+path, bytes.NewReader(content))
	must(err)
	response, err := http.DefaultClient.Do(request)
	must(err)
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	must(err)
	var parsed struct{ Value interface{} }
	must(json.Unmarshal(answer, &parsed))
	if response.StatusCode != 200 {
		must(fmt.Errorf("%s: %s", path, answer))
	}
	return parsed.Value
}

func command(path string, body interface{}) interface{} {
	return call("POST", session+path, body)
}

// js runs a function body, in which `frame` finds a frame by its name.
func js(body string) interface{} {
	return command("/execute/sync", object{"args": []string{}, "script": `
		const one = s => document.querySelector(s), all = s => Array.from(document.querySelectorAll(s));
		const frame = n => all('g.frame').find(g => g.frame.name.text === n);
		const middle = e => { const b = e.getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; };
		` + body})
}

func text(body string) string {
	return fmt.Sprint(js("return " + body))
}

func act(kind string, steps []object) {
	source := object{"type": kind, "id": kind, "actions": steps}
	if kind == "pointer" {
		source["parameters"] = object{"pointerType": "mouse"}
	}
	command("/actions", object{"actions": []object{source}})
}

func pointer(element string, click bool) {
	at := js("return middle(" + element + ")").([]interface{})
	steps := []object{{"type": "pointerMove", "duration": 0, "x": int(at[0].(float64)), "y": int(at[1].(float64))}}
	if click {
		steps = append(steps, object{"type": "pointerDown", "button": 0}, object{"type": "pointerUp", "button": 0})
	}
	act("pointer", steps)
}

func click(element string) { pointer(element, true) }
func hover(element string) { pointer(element, false) }

// keys types a text; the named keys are private characters of WebDriver.
func keys(typed string) {
	var steps []object
	for _, key := range typed {
		steps = append(steps, object{"type": "keyDown", "value": string(key)}, object{"type": "keyUp", "value": string(key)})
	}
	act("key", steps)
}

const (
	enter, escape, left, right  = "\ue007", "\ue00c", "\ue012", "\ue014"
	up, down, backspace, keyTab = "\ue013", "\ue015", "\ue003", "\ue004"
)

func open(name string) {
	command("/url", object{"url": "file://" + filepath.Join(folder, name+".svg")})
}

func shot(name string) {
	if shots == "" {
		return
	}
	picture, err := base64.StdEncoding.DecodeString(call("GET", session+"/screenshot", nil).(string))
	must(err)
	must(os.WriteFile(filepath.Join(shots, name+".png"), picture, 0o644))
}

func dark(on bool) {
	value := map[bool]string{true: "dark", false: "light"}[on]
	command("/goog/cdp/execute", object{"cmd": "Emulation.setEmulatedMedia", "params": object{
		"features": []object{{"name": "prefers-color-scheme", "value": value}}}})
}

// ---- What is expected: from folded lines "PATH;a;b 123" ----

// sum adds up the stacks of a path ("": all) of which a frame matches, each once.
func sum(name, path, expression string) float64 {
	content, err := os.ReadFile(filepath.Join(folder, name+".folded"))
	must(err)
	regex, total := regexp.MustCompile(expression), 0.0
	for _, line := range strings.Split(strings.TrimSpace(string(content)), "\n") {
		at := strings.LastIndexByte(line, ' ')
		value, err := strconv.ParseFloat(line[at+1:], 64)
		must(err)
		stack := strings.Split(line[:at], ";")
		if path != "" && path != stack[0] {
			continue
		}
		for _, frame := range stack[1:] {
			if regex.MatchString(frame) {
				total += value
				break
			}
		}
	}
	return total
}

func milliseconds(ns float64) string {
	if ns >= 1e9 {
		return strings.TrimSuffix(fmt.Sprintf("%.2f", ns/1e9), ".00") + "s"
	}
	return strings.TrimSuffix(fmt.Sprintf("%.2f", ns/1e6), ".00") + "ms"
}

func expectFound(name, path, expression string) {
	part, whole := sum(name, path, expression), sum(name, path, "")
	wanted := fmt.Sprintf("matched %s, %.2f%% of this tab", milliseconds(part), part/whole*100)
	check(part > 0, "%s: nothing matches %s, the test is no test", name, expression)
	got := text("one('.found').textContent")
	check(got == wanted, "%s %s: search for %s: '%s', not '%s'", name, path, expression, got, wanted)
}

// expectWidths holds every drawn frame to its value and its caller.
func expectWidths(what string) {
	wrong := js(`
		const width = e => e.querySelector('rect').width.baseVal.value + .6, x = e => e.querySelector('rect').x.baseVal.value;
		const drawn = all('g.frame'), room = document.documentElement.clientWidth - 24, wrong = [];
		const zoom = drawn.reduce((deepest, g) => g.classList.contains('above') || g.frame.depth >= deepest.frame.depth
			? deepest : g, drawn.find(g => !g.classList.contains('above')));
		if (Math.abs(x(zoom) - 12) > .1) wrong.push('the widest begins at ' + x(zoom));
		if (Math.abs(width(zoom) - room) > 1) wrong.push('the widest takes ' + width(zoom) + ' of ' + room);
		for (const g of drawn) {
			if (g.classList.contains('above') || g === zoom) continue;
			const wanted = g.frame.value / zoom.frame.value * room, caller = g.frame.parent.element;
			if (wanted > 1 && Math.abs(width(g) - wanted) > .1) wrong.push(g.frame.name.text + ' ' + width(g) + ' not ' + wanted);
			if (x(g) < x(caller) - .1 || x(g) + width(g) > x(caller) + width(caller) + .7) wrong.push(g.frame.name.text + ' leaves its caller');
		}
		for (const g of drawn) {
			const siblings = g.frame.parent === null ? [g.frame] : g.frame.parent.callees, next = siblings[siblings.indexOf(g.frame) + 1];
			if (next !== undefined && next.element !== null && x(next.element) < x(g) + width(g) - .7) wrong.push(g.frame.name.text + ' is under the next');
		}
		if (drawn.length < 2) wrong.push(drawn.length + ' frames');
		return wrong.slice(0, 5).join('; ');`)
	check(wrong == "", "%s: %v", what, wrong)
}

// ---- The tests ----

func tabs() {
	open("orders-a1")
	check(text("one('g.still') === null") == "true", "the still picture is still there")
	check(text("all('[role=tab]').length") == "6", "orders-a1: all and five paths, not %s", text("all('[role=tab]').length"))
	expectWidths("all")
	shot("light")
	for _, number := range []int{1, 3} {
		tab := fmt.Sprintf("all('[role=tab]')[%d]", number)
		click(tab)
		path := text(tab + ".querySelector('.name').textContent")
		share := fmt.Sprintf("%.2f%%  %s", sum("orders-a1", path, "")/sum("orders-a1", "", "")*100, milliseconds(sum("orders-a1", path, "")))
		check(text(tab+".querySelector('.share').textContent") == share, "%s: share is not %s", path, share)
		check(text(tab+".getAttribute('aria-selected')") == "true", "%s: the tab is not chosen", path)
		check(text("all('g.frame')[0].frame.value") == fmt.Sprint(sum("orders-a1", path, "")), "%s: the root is not its samples", path)
		expectWidths(path)
	}
	keys(left)
	check(text("all('[role=tab]')[2].getAttribute('aria-selected')") == "true", "arrows do not move among the tabs")
	check(text("document.activeElement === all('[role=tab]')[2]") == "true", "the focus did not follow")
}

func zoom() {
	open("orders-a1")
	hover("frame('sort_rows')")
	check(strings.HasPrefix(text("one('.info').textContent"), "sort_rows"), "hovering says '%s'", text("one('.info').textContent"))
	cost := sum("orders-a1", "", "^sort_rows$")
	wanted := fmt.Sprintf("%s, %.2f%% of all", milliseconds(cost), cost/sum("orders-a1", "", "")*100)
	check(strings.Contains(text("one('.info').textContent"), wanted), "hovering: '%s', not %s", text("one('.info').textContent"), wanted)
	click("frame('sort_rows')")
	check(text("one('.crumbs [aria-current]').textContent") == "sort_rows", "a click does not zoom")
	check(text("frame('main').classList.contains('above')") == "true", "callers are not told from the rest")
	check(text("frame('price') === undefined") == "true", "what is not in the zoomed frame is still drawn")
	expectWidths("zoomed")
	click("all('[role=tab]')[2]")
	check(text("one('.crumbs [aria-current]').textContent") == "sort_rows", "another tab loses the zoom")
	expectWidths("zoomed in another tab")
	shot("zoomed")
	click("all('.crumbs button').find(b => b.textContent === 'main')")
	check(text("one('.crumbs [aria-current]').textContent") == "main", "a crumb does not zoom out")
	keys(escape)
	check(text("one('.crumbs [aria-current]').textContent") == "sort_rows", "Escape does not go back")
	click("one('.crumbs button')")
	check(text("one('.crumbs button').disabled") == "true", "Back does not end at the root")
	check(text("all('.above').length") == "0", "the root has callers")
}

func keyboard() {
	open("orders-a1")
	js("one('input').focus()")
	for i := 0; i < 12 && text("document.activeElement?.classList.contains('frame')") != "true"; i++ {
		keys(keyTab)
	}
	check(text("document.activeElement?.frame.depth") == "0", "Tab does not reach the frames")
	keys(strings.Repeat(down, 6))
	check(text("document.activeElement?.frame.name.text") == "sort_rows", "down: '%s'", text("document.activeElement?.frame.name.text"))
	keys(left)
	check(text("document.activeElement?.frame.name.text") == "price", "left: '%s'", text("document.activeElement?.frame.name.text"))
	check(strings.HasPrefix(text("one('.info').textContent"), "price"), "the focus is not told")
	keys(right + right + up)
	check(text("document.activeElement?.frame.name.text") == "handle", "up: '%s'", text("document.activeElement?.frame.name.text"))
	keys(down + enter)
	check(text("one('.crumbs [aria-current]').textContent") == "sort_rows", "Enter does not zoom")
	check(text("document.activeElement?.frame.name.text") == "sort_rows", "zooming loses the focus")
}

func search() {
	open("orders-a1")
	keys("/")
	keys("msort|^mix$")
	expectFound("orders-a1", "", "msort|^mix$")
	shot("searched")
	check(text("frame('mix').classList.contains('hit')") == "true", "a match is not marked")
	check(text("frame('main').classList.contains('miss')") == "true", "main is marked")
	click("all('[role=tab]')[1]")
	expectFound("orders-a1", text("all('[role=tab] .name')[1].textContent"), "msort|^mix$")
	click("one('input')")
	keys("(")
	check(text("one('input').getAttribute('aria-invalid')") == "true", "a bad expression is not told")
	check(text("all('.hit').length") == "0", "a bad expression finds something")
	keys(escape)
	check(text("one('input').value + one('.found').textContent") == "", "Escape does not end the search")
	keys("MSORT")
	check(strings.HasPrefix(text("one('.found').textContent"), "matched 0"), "capitals do not count")
}

func many() {
	open("paths")
	check(text("all('[role=tab]').length + all('option').length") == "43", "42 tabs and a heading: %s", text("all('[role=tab]').length + all('option').length"))
	js("one('select').focus()")
	keys("G") // the first of the list whose name begins so
	check(text("all('g.frame')[0].frame.name.text") == text("one('select').selectedOptions[0].textContent.split('  ')[0]"),
		"the list shows %s", text("all('g.frame')[0].frame.name.text"))
	check(text("all('[aria-selected=true]').length") == "0", "two tabs are chosen")
	expectWidths("a path of the list")
	shot("paths")
}

func names() {
	open("names")
	check(text("window.broken") == "<nil>", "a name ran as a script")
	check(text("all('img, script').length") == "1", "a name became an element")
	check(text("all('[role=tab], option:not([disabled])').length") == "15", "a name broke the tabs")
	for _, name := range []string{"</script><script>window.broken=1</script>", "1 2 3 4 5", " blanks ", `line\x0abreak\x09tab\x0dreturn`, `bad\xff\xfe\xc0\x80utf`} {
		quoted, err := json.Marshal(name)
		must(err)
		check(text("frame("+string(quoted)+") !== undefined") == "true", "no frame %q", name)
	}
	click("frame('<img src=x onerror=window.broken=1>')")
	check(text("window.broken") == "<nil>", "a crumb ran as a script")
	shot("names")
}

func long() {
	open("long")
	names := text("all('[role=tab] .name').map(name => name.textContent).join(' ')")
	check(names == "all HandleReque…rder/ChargePayment HandleReque…der/CheckInventory", "tabs of long names: %s", names)
	told := text("one('.info').textContent")
	check(strings.Contains(told, "90.00% of the whole profile"), "what is shown of a profile: '%s'", told)
}

func deep() {
	open("deep")
	act("wheel", []object{{"type": "scroll", "x": 300, "y": 300, "deltaX": 0, "deltaY": 20000, "duration": 0}})
	time.Sleep(200 * time.Millisecond)
	check(text("window.scrollY > 15000") == "true", "a deep picture does not scroll: %s", text("window.scrollY"))
	check(math.Abs(js("return one('.bar').getBoundingClientRect().y").(float64)) < 1, "the bar scrolled away")
	shot("deep")
	click("document.elementFromPoint(200, 500).closest('g.frame')")
	expectWidths("deep in a stack")
}

func comparison() {
	open("changes")
	color := func(name string) []float64 {
		var red, green, blue float64
		_, err := fmt.Sscanf(text("getComputedStyle(frame('"+name+"').querySelector('rect')).fill"), "rgb(%f, %f, %f)", &red, &green, &blue)
		must(err)
		return []float64{red, green, blue}
	}
	grown, fallen, same := color("grown"), color("fallen"), color("same")
	check(grown[0] > grown[2]+60, "what grew is not red: %v", grown)
	check(fallen[2] > fallen[0]+60, "what fell is not blue: %v", fallen)
	check(same[0] == same[1] && same[1] == same[2], "what stayed has a colour: %v", same)
	check(text("frame('gone') === undefined") == "true", "what is gone has a width")
	hover("frame('fallen')")
	check(strings.Contains(text("one('.info').textContent"), "was 20ms: -15ms (-75.00%)"), "a change: '%s'", text("one('.info').textContent"))
	dark(true)
	check(text("getComputedStyle(document.documentElement).backgroundColor") == "rgb(23, 24, 28)", "dark is not dark")
	expectWidths("a comparison")
	shot("dark")
	dark(false)
}

func freePort() int {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

func start() *exec.Cmd {
	port := freePort()
	driver := exec.Command("chromedriver", fmt.Sprintf("--port=%d", port))
	driver.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // to end the browser with it
	must(driver.Start())
	server = fmt.Sprintf("http://127.0.0.1:%d", port)
	for i := 0; i < 100; i++ {
		if response, err := http.Get(server + "/status"); err == nil {
			response.Body.Close()
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	return driver
}

func run() {
	arguments := []string{"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--window-size=1300,800",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--user-data-dir=" + filepath.Join(folder, "browser")}
	answer := call("POST", "/session", object{"capabilities": object{"alwaysMatch": object{
		"goog:chromeOptions": object{"args": arguments}}}})
	session = "/session/" + answer.(object)["sessionId"].(string)
	defer call("DELETE", session, nil)
	for _, test := range []func(){tabs, zoom, keyboard, search, many, names, long, deep, comparison} {
		test()
	}
}

func main() {
	folder = os.Args[1]
	if len(os.Args) > 2 {
		shots = os.Args[2]
	}
	driver := start()
	defer func() {
		syscall.Kill(-driver.Process.Pid, syscall.SIGKILL)
		driver.Wait()
		if recover() != nil || failures > 0 {
			os.Exit(1)
		}
	}()
	run()
}
