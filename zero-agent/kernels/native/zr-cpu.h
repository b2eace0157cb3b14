/* What a processor has that compilers of these years do not tell. */
#if defined(__x86_64__)
#include <cpuid.h>

/* Whether there are instructions for SHA-256: compilers know the name from GCC 14 on only. Asked once, for in a virtual machine
   the question takes longer than many hashes; that two threads ask at the same time does not matter. */
static int has_sha(void) {
  enum { UNKNOWN, NO, YES };
  static int answer = UNKNOWN;
  if (answer == UNKNOWN) {
    unsigned a = 0, b = 0, c = 0, d = 0;
    const int is_told = __get_cpuid_count(7, 0, &a, &b, &c, &d);
    answer = is_told && (b >> 29 & 1) && __builtin_cpu_supports("sse4.1") ? YES : NO;
  }
  return answer == YES;
}
#elif defined(__arm__)
#include <sys/auxv.h>
#endif
