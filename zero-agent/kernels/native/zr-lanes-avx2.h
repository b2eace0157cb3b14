/* Eight nonces: four of each of two hundreds. */
#include <immintrin.h>
#define LANES 4
#define HUNDREDS 2
typedef __m256i V;
#define LOAD(p) _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(p)))
#define SPLAT(w) _mm256_set1_epi32((int)(w))
#define TAIL(p, word) _mm256_shuffle_epi32(_mm256_loadu_si256((const __m256i *)(p)), (word) * 0x55)
#define ADD(a, b) _mm256_add_epi32(a, b)
#define SUB(a, b) _mm256_sub_epi32(a, b)
#define XOR(a, b) _mm256_xor_si256(a, b)
#define AND(a, b) _mm256_and_si256(a, b)
#define SHR(a, n) _mm256_srli_epi32(a, n)
#define XOR3(a, b, c) XOR(XOR(a, b), c)
#define ROTL(a, n) _mm256_or_si256(_mm256_slli_epi32(a, n), _mm256_srli_epi32(a, 32 - (n)))
#define ADD_ROTL(s, a, n) ADD(ADD(s, _mm256_slli_epi32(a, n)), _mm256_srli_epi32(a, 32 - (n)))
#define CH(b, c, d) XOR(d, _mm256_and_si256(b, XOR(c, d)))
#define MAJ(b, c, d) ADD(_mm256_and_si256(b, c), _mm256_and_si256(d, XOR(b, c)))
#define ADD_MAJ(s, b, c, d) ADD(ADD(s, _mm256_and_si256(b, c)), _mm256_and_si256(d, XOR(b, c)))
#define EQUAL(a, b) (_mm256_movemask_epi8(_mm256_cmpeq_epi32(a, b)) != 0)
