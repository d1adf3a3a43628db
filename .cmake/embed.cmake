# embed.cmake - writes a file's bytes as a C header: cmake -D IN=FILE -D OUT=HEADER -P embed.cmake
# a.js becomes `static const unsigned char wm_file_a_js[]`.
get_filename_component(name ${IN} NAME)
string(MAKE_C_IDENTIFIER ${name} id)
file(READ ${IN} bytes HEX)
string(REGEX REPLACE "(................................)" "\\1\n" bytes "${bytes}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
file(WRITE ${OUT} "/* Made of ${name}. */\nstatic const unsigned char wm_file_${id}[] = {\n${bytes}\n};\n")
