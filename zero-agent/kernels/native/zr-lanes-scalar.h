/* One nonce in a word. */
#define LANES 1
#define HUNDREDS 1
typedef uint32_t V;
#define LOAD(p) ((uint32_t)*(p))
#define SPLAT(w) ((uint32_t)(w))
#define TAIL(p, word) ((uint32_t)(p)[word])
#define ADD(a, b) ((a) + (b))
#define SUB(a, b) ((a) - (b))
#define XOR(a, b) ((a) ^ (b))
#define AND(a, b) ((a) & (b))
#define SHR(a, n) ((a) >> (n))
#define XOR3(a, b, c) ((a) ^ (b) ^ (c))
#define ROTL(a, n) (((a) << (n)) | ((a) >> (32 - (n))))
#define ADD_ROTL(s, a, n) ((s) + ROTL(a, n))
#define CH(b, c, d) ((d) ^ ((b) & ((c) ^ (d))))
#define MAJ(b, c, d) (((b) & (c)) + ((d) & ((b) ^ (c))))
#define ADD_MAJ(s, b, c, d) ((s) + ((b) & (c)) + ((d) & ((b) ^ (c))))
#define EQUAL(a, b) ((a) == (b))
