/* test_symbolize.c - addresses of libraries that we know by heart, whole, stripped and replaced. */
#include "harness/core/file.h"
#include "harness/core/text.h"
#include "profiles/symbols/symbolize.h"
#include "tests/support/support.h"
#include "tests/symbols/fixture.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where the process under question had it; nothing needs to lie there now. */
static const uint64_t made_up_bias = UINT64_C(0x7f1234560000);

struct library {
    void *handle;
    uint64_t base; /* here */
    uint8_t build_id[64];
    size_t build_id_bytes;
};

struct code {
    uint64_t start; /* in the file */
    uint64_t bytes;
};

static void read_build_id(const char *notes, size_t bytes, struct library *library)
{
    while (bytes >= sizeof(ElfW(Nhdr))) {
        ElfW(Nhdr) note;
        memcpy(&note, notes, sizeof(note));
        size_t name_bytes = (note.n_namesz + 3u) & ~3u, id_bytes = (note.n_descsz + 3u) & ~3u;
        const char *id = notes + sizeof(note) + name_bytes;
        if (note.n_type == NT_GNU_BUILD_ID && note.n_descsz <= sizeof(library->build_id)) {
            memcpy(library->build_id, id, note.n_descsz);
            library->build_id_bytes = note.n_descsz;
        }
        notes = id + id_bytes;
        bytes -= sizeof(note) + name_bytes + id_bytes;
    }
}

static int visit(struct dl_phdr_info *info, size_t size, void *user)
{
    struct library *library = user;
    (void)size;
    if (info->dlpi_addr != library->base)
        return 0;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        if (info->dlpi_phdr[i].p_type == PT_NOTE)
            read_build_id((const char *)info->dlpi_addr + info->dlpi_phdr[i].p_vaddr,
                          info->dlpi_phdr[i].p_memsz, library);
    }
    return 1;
}

static struct library open_library(const char *name)
{
    struct library library = {.handle = dlopen(name, RTLD_NOW | RTLD_LOCAL)};
    if (library.handle == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        abort();
    }
    struct link_map *map;
    assert_int_equal(dlinfo(library.handle, RTLD_DI_LINKMAP, &map), 0);
    library.base = map->l_addr;
    assert_int_equal(dl_iterate_phdr(visit, &library), 1);
    assert_true(library.build_id_bytes > 0);
    return library;
}

static struct code find_code(const struct library *library, const char *name)
{
    Dl_info info;
    ElfW(Sym) * symbol;
    void *address = dlsym(library->handle, name);
    assert_non_null(address);
    assert_true(dladdr1(address, &info, (void **)&symbol, RTLD_DL_SYMENT) != 0);
    return (struct code){symbol->st_value, symbol->st_size};
}

static int line_constant(const struct library *library, const char *name)
{
    const int *constant = dlsym(library->handle, name);
    assert_non_null(constant);
    return *constant;
}

static struct wm_symbolizer *symbolizer_of(const char *path, const uint8_t *build_id,
                                           size_t build_id_bytes)
{
    struct wm_symbolizer *symbolizer = NULL;
    assert_int_equal(wm_symbolizer_new(&symbolizer), 0);
    struct wm_symbol_module module = {
        .path = path,
        .bias = made_up_bias,
        .start = made_up_bias,
        .end = made_up_bias + (1 << 24),
        .build_id = build_id,
        .build_id_bytes = build_id_bytes,
    };
    assert_int_equal(wm_symbolizer_add(symbolizer, &module), 0);
    return symbolizer;
}

/* The frames at the first address of `code` whose innermost one is `function`. */
static size_t find_function(struct wm_symbolizer *symbolizer, struct code code,
                            const char *function, struct wm_symbol_frame *frames)
{
    for (uint64_t i = 0; i < code.bytes; i++) {
        size_t count = wm_symbolizer_find(symbolizer, made_up_bias + code.start + i, frames);
        if (count > 0 && strcmp(frames[0].function, function) == 0)
            return count;
    }
    return 0;
}

static void check_inlined_frames(const struct library *library, struct wm_symbolizer *symbolizer)
{
    struct wm_symbol_frame frames[WM_SYMBOL_FRAME_MAX];
    struct code outer = find_code(library, "fixture_outer");
    bool found_chain = false;
    for (uint64_t i = 0; i < outer.bytes; i++) {
        size_t count = wm_symbolizer_find(symbolizer, made_up_bias + outer.start + i, frames);
        assert_true(count > 0);
        for (size_t j = 0; j < count; j++)
            assert_string_equal(frames[j].file, FIXTURE_SOURCE);
        assert_string_equal(frames[count - 1].function, "fixture_outer");
        assert_string_equal(frames[count - 1].linkage, "fixture_outer");
        assert_int_equal(frames[count - 1].start_line,
                         line_constant(library, "fixture_outer_start"));
        if (count != 3)
            continue;
        found_chain = true;
        assert_string_equal(frames[0].function, "inner");
        assert_int_equal(frames[0].start_line, line_constant(library, "fixture_inner_start"));
        assert_string_equal(frames[1].function, "middle");
        assert_int_equal(frames[1].line, line_constant(library, "fixture_inner_call"));
        assert_int_equal(frames[2].line, line_constant(library, "fixture_middle_call"));
    }
    assert_true(found_chain);
    assert_null(wm_symbolizer_problem(symbolizer, 0));
}

static void test_inlined_functions_are_frames_with_the_lines_of_their_calls(void **state)
{
    (void)state;
    struct library library = open_library(FIXTURES "/symbols_c.so");
    struct wm_symbolizer *symbolizer =
        symbolizer_of(FIXTURES "/symbols_c.so", library.build_id, library.build_id_bytes);
    check_inlined_frames(&library, symbolizer);
    wm_symbolizer_free(symbolizer);
    dlclose(library.handle);
}

static void test_a_debug_link_is_followed(void **state)
{
    (void)state;
    struct library library = open_library(FIXTURES "/symbols_c.so");
    struct wm_symbolizer *symbolizer =
        symbolizer_of(FIXTURES "/linked.so", library.build_id, library.build_id_bytes);
    check_inlined_frames(&library, symbolizer);
    wm_symbolizer_free(symbolizer);
    dlclose(library.handle);
}

static void test_a_debug_link_to_another_file_is_not_followed(void **state)
{
    (void)state;
    char *folder = wm_test_folder();
    char *binary = wm_file_join_dup(folder, "linked.so");
    char *bytes;
    size_t length;
    assert_int_equal(wm_file_read(FIXTURES "/linked.so", 0, &bytes, &length, NULL), 0);
    assert_int_equal(wm_file_write(binary, bytes, length, NULL), 0);
    free(bytes);
    char *debug = wm_file_join_dup(folder, "linked.debug");
    assert_int_equal(wm_file_read(FIXTURES "/.debug/linked.debug", 0, &bytes, &length, NULL), 0);
    bytes[length - 1] ^= 1;
    assert_int_equal(wm_file_write(debug, bytes, length, NULL), 0);
    free(bytes);

    struct library library = open_library(FIXTURES "/symbols_c.so");
    struct wm_symbolizer *symbolizer = symbolizer_of(binary, NULL, 0);
    struct wm_symbol_frame frames[WM_SYMBOL_FRAME_MAX];
    struct code outer = find_code(&library, "fixture_outer");
    assert_int_equal(find_function(symbolizer, outer, "fixture_outer", frames), 1);
    assert_string_equal(frames[0].file, "");
    wm_symbolizer_free(symbolizer);
    dlclose(library.handle);
    free(binary);
    free(debug);
    wm_test_folder_remove(folder);
}

static void test_without_debug_information_the_symbol_tables_name_functions(void **state)
{
    (void)state;
    struct library library = open_library(FIXTURES "/symbols_c.so");
    struct wm_symbol_frame frames[WM_SYMBOL_FRAME_MAX];
    struct code outer = find_code(&library, "fixture_outer");
    struct code all = {outer.start - 512, 1024 + outer.bytes};
    struct wm_symbolizer *symbolizer =
        symbolizer_of(FIXTURES "/symtab.so", library.build_id, library.build_id_bytes);
    assert_int_equal(find_function(symbolizer, outer, "fixture_outer", frames), 1);
    assert_string_equal(frames[0].file, "");
    assert_int_equal(frames[0].line, 0);
    assert_int_equal(find_function(symbolizer, all, "hidden", frames), 1);
    wm_symbolizer_free(symbolizer);

    symbolizer = symbolizer_of(FIXTURES "/dynsym.so", library.build_id, library.build_id_bytes);
    assert_int_equal(find_function(symbolizer, outer, "fixture_outer", frames), 1);
    assert_int_equal(find_function(symbolizer, all, "hidden", frames), 0);
    assert_int_equal(
        wm_symbolizer_find(symbolizer, made_up_bias + outer.start + outer.bytes - 1, frames), 1);
    wm_symbolizer_free(symbolizer);
    dlclose(library.handle);
}

static void test_cxx_names_are_short_and_their_linkage_names_whole(void **state)
{
    (void)state;
    struct library library = open_library(FIXTURES "/symbols_cxx.so");
    struct wm_symbolizer *symbolizer =
        symbolizer_of(FIXTURES "/symbols_cxx.so", library.build_id, library.build_id_bytes);
    struct wm_symbol_frame frames[WM_SYMBOL_FRAME_MAX];
    struct code tally = find_code(&library, "_ZN4shop5tallyIiEET_S1_");
    assert_int_equal(find_function(symbolizer, tally, "shop::tally", frames), 1);
    assert_string_equal(frames[0].linkage, "_ZN4shop5tallyIiEET_S1_");
    assert_int_equal(frames[0].start_line, 4);
    struct code less = find_code(&library, "_ZNK4shop4CartltERKS0_");
    assert_int_equal(find_function(symbolizer, less, "shop::Cart::operator<", frames), 1);
    assert_int_equal(frames[0].start_line, 22);
    struct code total = find_code(&library, "_ZNK4shop4Cart5totalEi");
    /* A lambda has no name of its own: what the compiler calls it. */
    static const char *const lambdas[] = {
        "operator()",
        "shop::Cart::total::{lambda(int)#1}::operator()",
        "shop::Cart::total::$_0::operator()",
    };
    size_t count = 0;
    for (size_t i = 0; i < sizeof(lambdas) / sizeof(lambdas[0]) && count == 0; i++)
        count = find_function(symbolizer, total, lambdas[i], frames);
    assert_int_equal(count, 2);
    assert_string_equal(frames[1].function, "shop::Cart::total");
    wm_symbolizer_free(symbolizer);
    dlclose(library.handle);
}

/* Reads the next "function" and "file:line" of addr2line's output; false at an address line. */
static bool read_addr2line_frame(FILE *pipe, char function[256], char file[1024], long *ret_line)
{
    int next = getc(pipe);
    if (next == EOF)
        return false;
    ungetc(next, pipe);
    if (next == '0')
        return false;
    assert_non_null(fgets(function, 256, pipe));
    assert_non_null(fgets(file, 1024, pipe));
    function[strcspn(function, "\n")] = '\0';
    char *colon = strrchr(file, ':');
    assert_non_null(colon);
    *ret_line = strtol(colon + 1, NULL, 10); /* "?" is 0, as with us */
    *colon = '\0';
    return true;
}

static void test_every_address_agrees_with_addr2line(void **state)
{
    (void)state;
    if (system("addr2line --version >/dev/null 2>&1") != 0)
        skip();
    struct library library = open_library(FIXTURES "/symbols_c.so");
    struct wm_symbolizer *symbolizer =
        symbolizer_of(FIXTURES "/symbols_c.so", library.build_id, library.build_id_bytes);
    struct code outer = find_code(&library, "fixture_outer");
    struct wm_text command;
    wm_text_init(&command);
    wm_text_add(&command, "addr2line -a -i -f -e '" FIXTURES "/symbols_c.so'");
    for (uint64_t i = 0; i < outer.bytes; i++)
        wm_text_addf(&command, " %#lx", (unsigned long)(outer.start + i));
    FILE *pipe = popen(command.data, "r");
    assert_non_null(pipe);
    char line[256], function[256], file[1024];
    for (uint64_t i = 0; i < outer.bytes; i++) {
        assert_non_null(fgets(line, sizeof(line), pipe));
        assert_int_equal(strtoul(line, NULL, 16), outer.start + i);
        struct wm_symbol_frame frames[WM_SYMBOL_FRAME_MAX];
        size_t count = wm_symbolizer_find(symbolizer, made_up_bias + outer.start + i, frames);
        size_t at = 0;
        for (long number; read_addr2line_frame(pipe, function, file, &number); at++) {
            assert_true(at < count);
            assert_string_equal(frames[at].function, function);
            assert_string_equal(frames[at].file, file);
            assert_int_equal(frames[at].line, number);
        }
        assert_int_equal(at, count);
    }
    assert_int_equal(pclose(pipe), 0);
    wm_text_done(&command);
    wm_symbolizer_free(symbolizer);
    dlclose(library.handle);
}

static void expect_problem(const char *path, const uint8_t *build_id, size_t build_id_bytes,
                           const char *sentence)
{
    struct wm_symbolizer *symbolizer = symbolizer_of(path, build_id, build_id_bytes);
    struct wm_symbol_module again = {
        .path = path,
        .start = 0x10000,
        .end = 0x20000,
        .build_id = build_id,
        .build_id_bytes = build_id_bytes,
    };
    assert_int_equal(wm_symbolizer_add(symbolizer, &again), 0);
    struct wm_symbol_frame frames[WM_SYMBOL_FRAME_MAX];
    assert_int_equal(wm_symbolizer_find(symbolizer, made_up_bias + 0x1100, frames), 0);
    const char *problem = wm_symbolizer_problem(symbolizer, 0);
    assert_non_null(problem);
    assert_non_null(strstr(problem, path));
    assert_non_null(strstr(problem, sentence));
    assert_null(wm_symbolizer_problem(symbolizer, 1));
    wm_symbolizer_free(symbolizer);
}

static void test_a_binary_that_cannot_be_used_is_told_once(void **state)
{
    (void)state;
    expect_problem("/nonexistent/libshop.so", NULL, 0, "is gone");
    expect_problem("/dev/null", NULL, 0, "not a regular file");
    uint8_t other[20] = {1, 2, 3};
    expect_problem(FIXTURES "/symbols_c.so", other, sizeof(other), "build id differs");
    char *folder = wm_test_folder();
    char *text = wm_test_file(folder, "libtext.so", "no library");
    char *empty = wm_test_file(folder, "libempty.so", "");
    char *pipe = wm_file_join_dup(folder, "pipe");
    assert_int_equal(mkfifo(pipe, 0600), 0);
    expect_problem(text, NULL, 0, "cannot be read as a program");
    expect_problem(empty, NULL, 0, "cannot be read as a program");
    expect_problem(pipe, NULL, 0, "not a regular file");
    free(text);
    free(empty);
    free(pipe);
    wm_test_folder_remove(folder);
}

static void test_memory_without_a_file_has_no_names_and_is_no_problem(void **state)
{
    (void)state;
    struct wm_symbol_frame frames[WM_SYMBOL_FRAME_MAX];
    static const char *const paths[] = {"", "[heap]", "[vdso]"};
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        struct wm_symbolizer *symbolizer = symbolizer_of(paths[i], NULL, 0);
        assert_int_equal(wm_symbolizer_find(symbolizer, made_up_bias + 0x800, frames), 0);
        assert_int_equal(wm_symbolizer_find(symbolizer, 1, frames), 0);
        assert_null(wm_symbolizer_problem(symbolizer, 0));
        wm_symbolizer_free(symbolizer);
    }
}

static void test_the_vdso_has_names_if_it_is_ours(void **state)
{
    (void)state;
    struct library vdso = {.base = getauxval(AT_SYSINFO_EHDR)};
    if (vdso.base == 0 || dl_iterate_phdr(visit, &vdso) != 1 || vdso.build_id_bytes == 0)
        skip();
    struct wm_symbolizer *symbolizer = symbolizer_of("[vdso]", vdso.build_id, vdso.build_id_bytes);
    struct wm_symbol_frame frames[WM_SYMBOL_FRAME_MAX];
    bool found = false;
    for (uint64_t at = 0; at < 0x4000 && !found; at += 4) {
        size_t count = wm_symbolizer_find(symbolizer, made_up_bias + at, frames);
        found = count == 1 && strstr(frames[0].function, "clock_gettime") != NULL;
    }
    assert_true(found);
    wm_symbolizer_free(symbolizer);
}

static void test_damaged_binaries_do_no_harm(void **state)
{
    (void)state;
    char *folder = wm_test_folder();
    char *name = wm_file_join_dup(folder, "damaged.so");
    char *bytes;
    size_t length;
    assert_int_equal(wm_file_read(FIXTURES "/symbols_c.so", 0, &bytes, &length, NULL), 0);
    struct library library = open_library(FIXTURES "/symbols_c.so");
    struct code outer = find_code(&library, "fixture_outer");
    struct wm_symbol_frame frames[WM_SYMBOL_FRAME_MAX];
    uint32_t dice = 12345;
    for (int round = 0; round < 200; round++) {
        char *copy = malloc(length);
        assert_non_null(copy);
        memcpy(copy, bytes, length);
        size_t used = length;
        for (int i = 0; i < 20; i++) {
            dice = dice * 1664525 + 1013904223;
            /* half of the damage goes to the headers, where it reaches furthest */
            size_t at = i % 2 == 0 ? (dice >> 8) % 64 : (dice >> 4) % length;
            if (at >= 20 || round % 4 == 0)
                copy[at] = (char)(dice >> 16);
        }
        if (round % 3 == 0)
            used = (dice >> 4) % length;
        FILE *stream = fopen(name, "wb");
        assert_non_null(stream);
        assert_int_equal(fwrite(copy, 1, used, stream), used);
        assert_int_equal(fclose(stream), 0);
        struct wm_symbolizer *symbolizer = symbolizer_of(name, NULL, 0);
        for (uint64_t i = 0; i < outer.bytes; i += 3)
            (void)wm_symbolizer_find(symbolizer, made_up_bias + outer.start + i, frames);
        wm_symbolizer_free(symbolizer);
        free(copy);
    }
    dlclose(library.handle);
    free(bytes);
    free(name);
    wm_test_folder_remove(folder);
}

static void test_no_server_is_asked_for_debug_information(void **state)
{
    (void)state;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t bytes = sizeof(address);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    assert_true(listener >= 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, bytes), 0);
    assert_int_equal(listen(listener, 8), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &bytes), 0);
    char url[64];
    snprintf(url, sizeof(url), "http://127.0.0.1:%d/", ntohs(address.sin_port));
    assert_int_equal(setenv("DEBUGINFOD_URLS", url, 1), 0);

    struct library library = open_library(FIXTURES "/symbols_c.so");
    struct wm_symbolizer *symbolizer =
        symbolizer_of(FIXTURES "/dynsym.so", library.build_id, library.build_id_bytes);
    struct wm_symbol_frame frames[WM_SYMBOL_FRAME_MAX];
    struct code outer = find_code(&library, "fixture_outer");
    assert_int_equal(find_function(symbolizer, outer, "fixture_outer", frames), 1);
    assert_int_equal(accept(listener, NULL, NULL), -1);
    assert_int_equal(errno, EAGAIN);
    close(listener);
    unsetenv("DEBUGINFOD_URLS");
    wm_symbolizer_free(symbolizer);
    dlclose(library.handle);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_inlined_functions_are_frames_with_the_lines_of_their_calls),
        cmocka_unit_test(test_a_debug_link_is_followed),
        cmocka_unit_test(test_a_debug_link_to_another_file_is_not_followed),
        cmocka_unit_test(test_without_debug_information_the_symbol_tables_name_functions),
        cmocka_unit_test(test_cxx_names_are_short_and_their_linkage_names_whole),
        cmocka_unit_test(test_every_address_agrees_with_addr2line),
        cmocka_unit_test(test_a_binary_that_cannot_be_used_is_told_once),
        cmocka_unit_test(test_memory_without_a_file_has_no_names_and_is_no_problem),
        cmocka_unit_test(test_the_vdso_has_names_if_it_is_ours),
        cmocka_unit_test(test_damaged_binaries_do_no_harm),
        cmocka_unit_test(test_no_server_is_asked_for_debug_information),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
