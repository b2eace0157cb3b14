/* As zr-lanes-neon.h, with one step less: a sum of what is shifted to the left is a multiplication that adds. What is cheaper
   depends on the processor. */
#include "zr-lanes-neon.h"

/* The compiler must not know the number, or it shifts and adds. */
static inline V power(uint32_t word) {
  V all = vdupq_n_u32(word);
  __asm__("" : "+w"(all));
  return all;
}
#undef ADD_ROTL
#define ADD_ROTL(s, a, n) vsraq_n_u32(vmlaq_u32(s, a, power(1u << (n))), a, 32 - (n))
