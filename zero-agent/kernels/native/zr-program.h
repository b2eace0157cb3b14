/* What is compiled for each kind of processor: programs, each the search of one flow (generator/flow.ts). */
#include <stdint.h>

/* `memory` is laid out as generator/layout.ts says; gives the first group of first..end - 1 that may hold the answer, or -1. */
typedef int32_t (*Run)(const int32_t *memory, int32_t first, int32_t end, int32_t table);

typedef struct {
  const char *name;
  /* Whether this processor has the instructions. */
  int (*runs_here)(void);
  Run run;
} Program;

/* Ends with a program without name. */
extern const Program zr_programs[];
/* Of the sources: an addon of others may lay its memory out in another way. */
extern const char zr_key[];
