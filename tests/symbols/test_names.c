/* test_names.c - from the linker's names to people's. */
#include "harness/core/arena.h"
#include "profiles/symbols/names.h"
#include "tests/support/support.h"

#include <string.h>

/* as a list, not a table: some names are very long */
/* clang-format off */
static const struct {
    const char *linkage;
    const char *name;
} cases[] = {
    {"main", "main"},
    {"", ""},
    {".hidden", ".hidden"},
    {"parse.isra.0", "parse"},
    {"parse.part.0.cold", "parse"},
    {"parse.constprop.12.isra.3", "parse"},
    {"table.lto_priv.0", "table"},
    {"not.a.clone", "not.a.clone"},
    {"x.isra.0.mine", "x.isra.0.mine"},
    {"partition.parts", "partition.parts"},
    {"memcpy@@GLIBC_2.14", "memcpy"},
    {"parse.cold@VERSION", "parse"},
    {"_ZN4shop5tallyIiEET_S1_", "shop::tally"},
    {"_ZNK4shop4Cart5totalEi", "shop::Cart::total"},
    {"_ZNK4shop4Cart5totalEi.constprop.0", "shop::Cart::total"},
    {"_ZNK4shop4CartltERKS0_", "shop::Cart::operator<"},
    {"_ZlsIcERSoS0_T_", "operator<<"},
    {"_ZN4CartclEi", "Cart::operator()"},
    {"_ZN4CartixEi", "Cart::operator[]"},
    {"_ZN4CartptEv", "Cart::operator->"},
    {"_ZNK4CartcvbEv", "Cart::operator bool"},
    {"_ZN4CartnwEm", "Cart::operator new"},
    {"_ZN12_GLOBAL__N_15countEi", "(anonymous namespace)::count"},
    {"_ZN4CartD1Ev", "Cart::~Cart"},
    {"_ZNSt6vectorIiSaIiEE9push_backEOi", "std::vector::push_back"},
    {"_ZZNK4shop4Cart5totalEiENKUliE_clEi", "shop::Cart::total::{lambda(int)#1}::operator()"},
    {"_ZSt4swapIiEvRT_S1_", "std::swap"},
    {"_Z5applyPFivE", "apply"},
    {"_Z1fILi3EEPFvvEv", "f"}, /* it returns a pointer to a function */
    {"_ZN4core3fmt5write17h0123456789abcdefE", "core::fmt::write"},
    {"_RNvCs1234_7mycrate3foo.llvm.123", "mycrate::foo"},
    {"_ZNKSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEE4sizeEv",
     "std::__cxx11::basic_string::size"},
    {"_Znot_a_mangled_name", "_Znot_a_mangled_name"},
    {"_Z", "_Z"},
};
/* clang-format on */

static void test_each_name_reads_as_a_person_would_write_it(void **state)
{
    (void)state;
    struct wm_arena arena;
    wm_arena_init(&arena);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_string_equal(wm_symbol_name(&arena, cases[i].linkage), cases[i].name);
    wm_arena_done(&arena);
}

static void test_cut_and_changed_names_do_no_harm(void **state)
{
    (void)state;
    struct wm_arena arena;
    wm_arena_init(&arena);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char name[128];
        size_t length = strlen(cases[i].linkage);
        assert_true(length < sizeof(name));
        for (size_t at = 0; at < length; at++) {
            memcpy(name, cases[i].linkage, length + 1);
            name[at] = '\0';
            assert_non_null(wm_symbol_name(&arena, name));
            for (const char *other = "<>(){}I E.@_0"; *other != '\0'; other++) {
                memcpy(name, cases[i].linkage, length + 1);
                name[at] = *other;
                assert_non_null(wm_symbol_name(&arena, name));
            }
        }
        wm_arena_reset(&arena);
    }
    wm_arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_name_reads_as_a_person_would_write_it),
        cmocka_unit_test(test_cut_and_changed_names_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
