/* test_demangle.c - names of C++ and Rust as go tool pprof 1.19.8 shows them, in each style. */
#include "harness/core/arena.h"
#include "profiles/symbols/demangle.h"
#include "tests/support/support.h"

#include <stdlib.h>
#include <string.h>

/* as lists, not tables: the names are long */
/* clang-format off */
static const struct {
    const char *linkage;
    const char *names[3]; /* by style; a NULL is as the one before it */
} cxx[] = {
    {"_Z4mainv", {"main", NULL, "main()"}},
    {"_Z3fooi.isra.0", {"foo", NULL, "foo(int)"}},
    {"_Z3foov@@VERSION_1", {"foo", NULL, "foo()"}},
    {"_ZN4shop5tallyIiEET_S1_", {"shop::tally", "shop::tally<int>", "int shop::tally<int>(int)"}},
    {"_ZNKR4shop4Cart5totalEi",
     {"shop::Cart::total", NULL, "shop::Cart::total(int) const &"}},
    {"_ZZNK4shop4Cart5totalEiENKUliE_clEi",
     {"shop::Cart::total(int) const::{lambda(int)#1}::operator()", NULL,
      "shop::Cart::total(int) const::{lambda(int)#1}::operator()(int) const"}},
    {"_ZZN1a1fIiEEvT_E4keep", {"a::f(int)::keep", "a::f<int>(int)::keep", NULL}},
    {"_ZZ1fvE1x_0", {"f()::x", NULL, NULL}},
    {"_ZN1SlsIiEEvT_", {"S::operator<<", "S::operator<< <int>", "void S::operator<< <int>(int)"}},
    {"_ZN1SltERKS_", {"S::operator<", NULL, "S::operator<(S const&)"}},
    {"_ZN1SrsERKS_", {"S::operator>>", NULL, "S::operator>>(S const&)"}},
    {"_ZN1SptEv", {"S::operator->", NULL, "S::operator->()"}},
    {"_ZN1SnwEm", {"S::operator new", NULL, "S::operator new(unsigned long)"}},
    {"_ZN1SixEi", {"S::operator[]", NULL, "S::operator[](int)"}},
    {"_Zli3_kme", {"operator\"\" _km", NULL, "operator\"\" _km(long double)"}},
    {"_ZNK1ScvSt6vectorIiSaIiEEEv",
     {"S::operator std::vector", "S::operator std::vector<int, std::allocator<int> >",
      "S::operator std::vector<int, std::allocator<int> >() const"}},
    {"_Z5getf2ILi5EEPFidEv", {"getf2", "getf2<5>", "int (*getf2<5>())(double)"}},
    {"_Z3selIiENSt9enable_ifIXgtstT_Li2EES1_E4typeES1_",
     {"sel", "sel<int>", "std::enable_if<((sizeof (int))>(2)), int>::type sel<int>(int)"}},
    {"_ZN12_GLOBAL__N_14eachIZ4mainEUliE_EEiT_i",
     {"(anonymous namespace)::each", "(anonymous namespace)::each<main::{lambda(int)#1}>",
      "int (anonymous namespace)::each<main::{lambda(int)#1}>(main::{lambda(int)#1}, int)"}},
    {"_ZN6tidied1AIJE1BIJEEEC2Ev",
     {"tidied::A::A", "tidied::A<B<> >::A", "tidied::A<B<> >::A()"}},
    {"_ZThn8_N3foo3barERSt6vectorIiSaIiEE",
     {"non-virtual thunk to foo::bar(std::vector&)",
      "non-virtual thunk to foo::bar(std::vector<int, std::allocator<int> >&)", NULL}},
    {"_ZTV1AIiE", {"vtable for A", "vtable for A<int>", NULL}},
    {"_Z3fooB5cxx11i", {"foo[abi:cxx11]", NULL, "foo[abi:cxx11](int)"}},
    {"_ZN1A1gIXadL_ZN1B1hEiEEEEvv", {"A::g", "A::g<&B::h>", "void A::g<&B::h>()"}},
    {"_ZN1A3$_0clEv", {"A::$_0::operator()", NULL, "A::$_0::operator()()"}},
    {"_Z1fPFvvEM1AFiiEA3_i", {"f", NULL, "f(void (*)(), int (A::*)(int), int [3])"}},
    {"_Z3fooXX", {"foo", NULL, "-"}},
    {"_Z", {"-", NULL, NULL}},
    {"_ZN", {"-", NULL, NULL}},
    {"_Z3fo", {"-", NULL, NULL}},
    {"_Z1fILi3E", {"-", NULL, NULL}},
    {"main", {"-", NULL, NULL}},
    {"", {"-", NULL, NULL}},
};

static const struct {
    const char *linkage;
    const char *name;
} rust[] = {
    {"_RNvCs1234_7mycrate3foo", "mycrate::foo"},
    {"_RNvC1a3foo.llvm.12345", "a::foo"},
    {"_RNvMNtCs1234_7mycrate3modNtB2_4Type6method", "<mycrate::mod::Type>::method"},
    {"_RNvXs_NtCs1234_7mycrate3modNtB4_4TypeNtNtCs5678_4core3fmt5Debug3fmt",
     "<mycrate::mod::Type as core::fmt::Debug>::fmt"},
    {"_RINvCs1234_7mycrate3fooReQmPhOxTaETsbEAxj10_SdFlEuFUKCcEjE",
     "mycrate::foo::<&str, &mut u32, *const u8, *mut i64, (i8,), (i16, bool), [i64; 16], [f64], "
     "fn(i32), unsafe extern \"C\" fn(char) -> usize>"},
    {"_RNCNvCs1234_7mycrate4mains_0", "mycrate::main::{closure#1}"},
    {"_RNCNCNvC1a1f00", "a::f::{closure#0}::{closure#0}"},
    {"_RNSNvCs1234_7mycrate4main6vtable", "mycrate::main::{shim:vtable#0}"},
    {"_RINvC1a1fKb1_Kc41_Kinff_Ky123456789abcdef0_Kc1f600_Kca_E",
     "a::f::<true, 'A', -255, 1311768467463790320, '\\u{1f600}', '\\n'>"},
    {"_RINvC1a1fFG_RL0_hEuE", "a::f::<for<'a> fn(&'a u8)>"},
    {"_RINvC1a1fDG_INtC1b2FnTRL0_hEEp6OutputbEL_E",
     "a::f::<dyn for<'a> b::Fn<(&'a u8,), Output = bool>>"},
    {"_RINvC1a1fDNtC1b5Traitp6OutputlNtC1b4SendEL_E",
     "a::f::<dyn b::Trait<Output = i32> + b::Send>"},
    {"_RINvC1a1fFK9rust_callEuE", "a::f::<extern \"rust-call\" fn()>"},
    {"_RNvYhNtC1b5Trait3foo", "<u8 as b::Trait>::foo"},
    {"_RNvC1au9gre_6ka0a", "a::grßeä"},
    {"_RNvC1a", NULL},
    {"_RINvC1a1fB_E", NULL},
    {"_RINvC1a1fL_RLB_hE", NULL},
    {"_RNvC1a3foo!", NULL},
    {"_ZN3foo3bar17h0123456789abcdefE", "foo::bar"},
    {"_ZN3foo3bar17h0123456789abcdefE.llvm.99", "foo::bar"},
    {"_ZN5a$C$b3c.d17h0123456789abcdefE", "a,b::c.d"},
    {"_ZN22_$LT$a..B$GT$$RF$$BP$c17h0123456789abcdefE", "<a::B>&*c"},
    {"_ZN9foo$bad$x17h0123456789abcdefE", "foo$bad$x"},
    {"_ZN3foo5__bar17h0123456789abcdefE", "foo::__bar"},
    {"_ZN3foo3bar17h1111111111111111E", NULL}, /* a word of C++ */
};

static const struct {
    const char *name;
    const char *shorter;
    const char *with_templates;
} demangled[] = {
    {"std::vector<int>::push_back(int&&)", "std::vector::push_back", "std::vector<int>::push_back"},
    {"A::f(int) const", "A::f const", "A::f const"},
    {"A::operator<(A const&)", "A::operator<", "A::operator<"},
    {"A::operator->()", "A::operator->", "A::operator->"},
    {"A<B<C> >::f", "A::f", "A<B<C> >::f"},
    {"f(int)", "f(int)", "f(int)"}, /* nothing says that it is C++ */
    {"java.Type.<init>", "java.Type.<init>", "java.Type.<init>"},
    {"pkg.(*Type[...]).Method", "pkg.(*Type[...]).Method", "pkg.(*Type[...]).Method"},
    {"pkg.Func[...]", "pkg.Func[...]", "pkg.Func[...]"},
    {"a::b)c(d)", "a::b)c(d)", "a::b)c(d)"},
    {"a::b(c", "a::b(c", "a::b(c"},
    {"", "", ""},
};
/* clang-format on */

static void test_cxx_in_each_style(void **state)
{
    (void)state;
    struct wm_arena arena;
    wm_arena_init(&arena);
    for (size_t i = 0; i < sizeof(cxx) / sizeof(cxx[0]); i++) {
        const char *expected = NULL;
        for (int style = WM_DEMANGLE_SHORT; style <= WM_DEMANGLE_FULL; style++) {
            if (cxx[i].names[style] != NULL)
                expected = cxx[i].names[style];
            const char *name = wm_demangle(&arena, cxx[i].linkage, (enum wm_demangle_style)style);
            assert_string_equal(name != NULL ? name : "-", expected);
        }
    }
    wm_arena_done(&arena);
}

static void test_rust_reads_the_same_in_all_styles(void **state)
{
    (void)state;
    struct wm_arena arena;
    wm_arena_init(&arena);
    for (size_t i = 0; i < sizeof(rust) / sizeof(rust[0]); i++) {
        const char *name = wm_demangle_rust(&arena, rust[i].linkage);
        assert_string_equal(name != NULL ? name : "-", rust[i].name != NULL ? rust[i].name : "-");
        if (rust[i].name == NULL)
            continue;
        for (int style = WM_DEMANGLE_SHORT; style <= WM_DEMANGLE_FULL; style++)
            assert_string_equal(wm_demangle(&arena, rust[i].linkage, (enum wm_demangle_style)style),
                                rust[i].name);
    }
    wm_arena_done(&arena);
}

static void test_names_that_were_demangled_already_are_cut(void **state)
{
    (void)state;
    struct wm_arena arena;
    wm_arena_init(&arena);
    for (size_t i = 0; i < sizeof(demangled) / sizeof(demangled[0]); i++) {
        const char *name = demangled[i].name;
        assert_string_equal(wm_demangle_shorten(&arena, name, WM_DEMANGLE_SHORT),
                            demangled[i].shorter);
        assert_string_equal(wm_demangle_shorten(&arena, name, WM_DEMANGLE_TEMPLATES),
                            demangled[i].with_templates);
        assert_string_equal(wm_demangle_shorten(&arena, name, WM_DEMANGLE_FULL), name);
    }
    wm_arena_done(&arena);
}

static void damage(struct wm_arena *arena, const char *linkage)
{
    char name[256];
    size_t length = strlen(linkage);
    assert_true(length < sizeof(name));
    for (size_t at = 0; at < length; at++) {
        memcpy(name, linkage, length + 1);
        name[at] = '\0';
        (void)wm_demangle(arena, name, WM_DEMANGLE_SHORT);
        for (const char *other = "EISTNZBDJLXPRMFKGCsup_.09$"; *other != '\0'; other++) {
            memcpy(name, linkage, length + 1);
            name[at] = *other;
            (void)wm_demangle(arena, name, WM_DEMANGLE_SHORT);
        }
    }
    wm_arena_reset(arena);
}

static void test_cut_and_changed_names_do_no_harm(void **state)
{
    (void)state;
    struct wm_arena arena;
    wm_arena_init(&arena);
    for (size_t i = 0; i < sizeof(cxx) / sizeof(cxx[0]); i++)
        damage(&arena, cxx[i].linkage);
    for (size_t i = 0; i < sizeof(rust) / sizeof(rust[0]); i++)
        damage(&arena, rust[i].linkage);
    wm_arena_done(&arena);
}

/* A name that nests or repeats itself without end is refused, not followed. */
static void test_hostile_names_are_refused(void **state)
{
    (void)state;
    enum { LEVELS = 20000 };
    struct wm_arena arena;
    wm_arena_init(&arena);
    char *deep = malloc(2 * LEVELS + 64);
    assert_non_null(deep);
    static const char *const starts[] = {"_Z1fIX", "_ZN1A1fIN1BI", "_RINvC1a1fS"};
    static const char steps[] = {'n', 'I', 'S'};
    for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
        size_t length = strlen(starts[i]);
        memcpy(deep, starts[i], length + 1);
        for (size_t j = 0; j < LEVELS; j++)
            deep[length++] = i == 0 && j % 2 == 1 ? 'g' : steps[i];
        deep[length] = '\0';
        assert_null(wm_demangle(&arena, deep, WM_DEMANGLE_SHORT));
    }
    /* each argument is a tuple of the one before, twice: 2^20 words */
    assert_null(wm_demangle(
        &arena,
        "_RINvC1a1fTmmETB7_B7_ETBb_Bb_ETBj_Bj_ETBr_Br_ETBz_Bz_ETBH_BH_ETBP_BP_ETBX_BX_ETB15_B15_E"
        "TB1d_B1d_ETB1n_B1n_ETB1x_B1x_ETB1H_B1H_ETB1R_B1R_ETB21_B21_ETB2b_B2b_ETB2l_B2l_ETB2v_B2v_E"
        "TB2F_B2F_EE",
        WM_DEMANGLE_SHORT));
    free(deep);
    wm_arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cxx_in_each_style),
        cmocka_unit_test(test_rust_reads_the_same_in_all_styles),
        cmocka_unit_test(test_names_that_were_demangled_already_are_cut),
        cmocka_unit_test(test_cut_and_changed_names_do_no_harm),
        cmocka_unit_test(test_hostile_names_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
