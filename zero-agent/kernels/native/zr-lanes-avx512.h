/* Sixteen nonces: four of each of four hundreds. Rotates and any function of three words are one instruction each. */
#include <immintrin.h>
#define LANES 4
#define HUNDREDS 4
typedef __m512i V;
#define LOAD(p) _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(p)))
#define SPLAT(w) _mm512_set1_epi32((int)(w))
#define TAIL(p, word) _mm512_shuffle_epi32(_mm512_loadu_si512(p), (word) * 0x55)
#define ADD(a, b) _mm512_add_epi32(a, b)
#define SUB(a, b) _mm512_sub_epi32(a, b)
#define XOR(a, b) _mm512_xor_si512(a, b)
#define AND(a, b) _mm512_and_si512(a, b)
#define SHR(a, n) _mm512_srli_epi32(a, n)
#define XOR3(a, b, c) _mm512_ternarylogic_epi32(a, b, c, 0x96)
#define ROTL(a, n) _mm512_rol_epi32(a, n)
#define ADD_ROTL(s, a, n) ADD(s, ROTL(a, n))
#define CH(b, c, d) _mm512_ternarylogic_epi32(b, c, d, 0xca)
#define MAJ(b, c, d) _mm512_ternarylogic_epi32(b, c, d, 0xe8)
#define ADD_MAJ(s, b, c, d) ADD(s, MAJ(b, c, d))
#define EQUAL(a, b) (_mm512_cmpeq_epi32_mask(a, b) != 0)
