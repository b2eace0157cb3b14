/* The addon: gives Node the programs that this processor runs. It keeps no state, so that all threads may load it. */
#include "zr-napi.h"
#include "zr-program.h"

enum { ALIGNMENT = 64, RUN_ARGUMENTS = 5 };

static napi_value complain(napi_env env, const char *what) {
  napi_throw_error(env, NULL, what);
  return NULL;
}

static napi_value number(napi_env env, int32_t value) {
  napi_value result = NULL;
  napi_create_int32(env, value, &result);
  return result;
}

static int32_t program_count(void) {
  int32_t count = 0;
  while (zr_programs[count].name != NULL) count++;
  return count;
}

/* The memory of an Int32Array, or NULL. */
static int32_t *words(napi_env env, napi_value array) {
  void *data = NULL;
  size_t length = 0;
  if (napi_get_typedarray_info(env, array, NULL, &length, &data, NULL, NULL) != 0) return NULL;
  return data;
}

/* skew(memory): how many bytes its start lies behind a multiple of 64. */
static napi_value skew(napi_env env, napi_callback_info info) {
  napi_value argument = NULL;
  size_t count = 1;
  if (napi_get_cb_info(env, info, &count, &argument, NULL, NULL) != 0 || count < 1) return complain(env, "skew(memory)");
  const int32_t *memory = words(env, argument);
  if (memory == NULL) return complain(env, "skew: no memory");
  return number(env, (int32_t)((uintptr_t)memory % ALIGNMENT));
}

/* run(program, memory, first, end, table) */
static napi_value run(napi_env env, napi_callback_info info) {
  napi_value arguments[RUN_ARGUMENTS];
  size_t count = RUN_ARGUMENTS;
  int32_t program, first, end, table;
  if (napi_get_cb_info(env, info, &count, arguments, NULL, NULL) != 0 || count < RUN_ARGUMENTS ||
      napi_get_value_int32(env, arguments[0], &program) != 0 || napi_get_value_int32(env, arguments[2], &first) != 0 ||
      napi_get_value_int32(env, arguments[3], &end) != 0 || napi_get_value_int32(env, arguments[4], &table) != 0) {
    return complain(env, "run(program, memory, first, end, table)");
  }
  const int32_t *memory = words(env, arguments[1]);
  if (memory == NULL) return complain(env, "run: no memory");
  if (program < 0 || program >= program_count() || !zr_programs[program].runs_here()) {
    return complain(env, "run: no such program");
  }
  return number(env, zr_programs[program].run(memory, first, end, table));
}

static void set_function(napi_env env, napi_value object, const char *name, napi_callback callback) {
  napi_value function = NULL;
  napi_create_function(env, name, SIZE_MAX, callback, NULL, &function);
  napi_set_named_property(env, object, name, function);
}

/* exports: key, programs (name -> number, those that run here), run, skew. */
__attribute__((visibility("default"))) napi_value napi_register_module_v1(napi_env env, napi_value exports) {
  napi_value key = NULL;
  napi_value programs = NULL;
  napi_create_string_utf8(env, zr_key, SIZE_MAX, &key);
  napi_set_named_property(env, exports, "key", key);
  napi_create_object(env, &programs);
  for (int32_t i = 0; i < program_count(); i++) {
    if (!zr_programs[i].runs_here()) continue;
    napi_set_named_property(env, programs, zr_programs[i].name, number(env, i));
  }
  napi_set_named_property(env, exports, "programs", programs);
  set_function(env, exports, "run", run);
  set_function(env, exports, "skew", skew);
  return exports;
}
