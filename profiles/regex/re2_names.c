/* re2_names.c - categories and scripts of Unicode by the names that Go knows. */
#include "profiles/regex/re2_parts.h"

#include <string.h>

/* Each name between blanks. */
static const char categories[] =
    " Any C Cc Cf Co Cs L Ll Lm Lo Lt Lu M Mc Me Mn N Nd Nl No P Pc Pd Pe Pf Pi Po Ps S Sc Sk Sm So"
    " Z Zl Zp Zs ";

static const char scripts[] =
    " Adlam Ahom Anatolian_Hieroglyphs Arabic Armenian Avestan Balinese Bamum Bassa_Vah Batak"
    " Bengali Bhaiksuki Bopomofo Brahmi Braille Buginese Buhid Canadian_Aboriginal Carian"
    " Caucasian_Albanian Chakma Cham Cherokee Chorasmian Common Coptic Cuneiform Cypriot"
    " Cyrillic Deseret Devanagari Dives_Akuru Dogra Duployan Egyptian_Hieroglyphs Elbasan"
    " Elymaic Ethiopic Georgian Glagolitic Gothic Grantha Greek Gujarati Gunjala_Gondi"
    " Gurmukhi Han Hangul Hanifi_Rohingya Hanunoo Hatran Hebrew Hiragana Imperial_Aramaic"
    " Inherited Inscriptional_Pahlavi Inscriptional_Parthian Javanese Kaithi Kannada Katakana"
    " Kayah_Li Kharoshthi Khitan_Small_Script Khmer Khojki Khudawadi Lao Latin Lepcha Limbu"
    " Linear_A Linear_B Lisu Lycian Lydian Mahajani Makasar Malayalam Mandaic Manichaean"
    " Marchen Masaram_Gondi Medefaidrin Meetei_Mayek Mende_Kikakui Meroitic_Cursive"
    " Meroitic_Hieroglyphs Miao Modi Mongolian Mro Multani Myanmar Nabataean Nandinagari"
    " New_Tai_Lue Newa Nko Nushu Nyiakeng_Puachue_Hmong Ogham Ol_Chiki Old_Hungarian"
    " Old_Italic Old_North_Arabian Old_Permic Old_Persian Old_Sogdian Old_South_Arabian"
    " Old_Turkic Oriya Osage Osmanya Pahawh_Hmong Palmyrene Pau_Cin_Hau Phags_Pa Phoenician"
    " Psalter_Pahlavi Rejang Runic Samaritan Saurashtra Sharada Shavian Siddham SignWriting"
    " Sinhala Sogdian Sora_Sompeng Soyombo Sundanese Syloti_Nagri Syriac Tagalog Tagbanwa"
    " Tai_Le Tai_Tham Tai_Viet Takri Tamil Tangut Telugu Thaana Thai Tibetan Tifinagh Tirhuta"
    " Ugaritic Vai Wancho Warang_Citi Yezidi Yi Zanabazar_Square"
    " ";

static bool has_name(const char *names, const char *name, size_t length)
{
    for (const char *at = names + 1; *at != '\0'; at += strcspn(at, " ") + 1)
        if (strcspn(at, " ") == length && memcmp(at, name, length) == 0)
            return length > 0;
    return false;
}

bool wm_re2_is_category(const char *name, size_t length)
{
    return has_name(categories, name, length);
}

bool wm_re2_is_script(const char *name, size_t length)
{
    return has_name(scripts, name, length);
}
