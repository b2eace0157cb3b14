/* Four nonces of a hundred. */
#include <arm_neon.h>
#define LANES 4
#define HUNDREDS 1
typedef uint32x4_t V;
#define LOAD(p) vld1q_u32((const uint32_t *)(p))
#define SPLAT(w) vdupq_n_u32((uint32_t)(w))
#define TAIL(p, word) vdupq_n_u32((uint32_t)(p)[word])
#define ADD(a, b) vaddq_u32(a, b)
#define SUB(a, b) vsubq_u32(a, b)
#define XOR(a, b) veorq_u32(a, b)
#define AND(a, b) vandq_u32(a, b)
#define SHR(a, n) vshrq_n_u32(a, n)
#define XOR3(a, b, c) XOR(XOR(a, b), c)
#define ROTL(a, n) vsriq_n_u32(vshlq_n_u32(a, n), a, 32 - (n))
#define ADD_ROTL(s, a, n) vsraq_n_u32(ADD(s, vshlq_n_u32(a, n)), a, 32 - (n))
#define CH(b, c, d) vbslq_u32(b, c, d)
#define MAJ(b, c, d) vbslq_u32(XOR(b, c), d, c)
#define ADD_MAJ(s, b, c, d) ADD(s, MAJ(b, c, d))
static inline int any_equal(V a, V b) {
  const uint64x2_t same = vreinterpretq_u64_u32(vceqq_u32(a, b));
  return (vgetq_lane_u64(same, 0) | vgetq_lane_u64(same, 1)) != 0;
}
#define EQUAL(a, b) any_equal(a, b)
