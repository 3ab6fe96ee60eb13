/* The loops of tuoguan.inventory.plain.kernels in C: capped base stock, lost sales, 256 lanes abreast, 16-bit units.
   What 16-bit counters hold is added up after each chunk of days. One candidate policy. */

#include <stdint.h>
#include <string.h>

enum { BLOCK = 256, CHUNK = 64, FRACTION_BITS = 21, FRACTION_MASK = (1 << 21) - 1, ROWS_MAX = 201 };

static void draw(uint16_t units[restrict CHUNK][BLOCK], const uint32_t *restrict entry, int bits,
                 const uint32_t (*restrict key)[BLOCK], int64_t day, int64_t days) {
    uint32_t column[BLOCK], fraction[BLOCK], found[BLOCK];
    for (int64_t t = 0; t < days; t++) {
        const uint32_t step = (uint32_t)(day + t) * 0x9E3779B9u;
        for (int i = 0; i < BLOCK; i++) {
            uint32_t x = key[0][i] + step;
            x = (x ^ (x >> 16)) * 0x7FEB352Du;
            x = (x ^ (x >> 15)) + key[1][i];
            x *= 0x846CA68Bu;
            x ^= x >> 16;
            column[i] = key[2][i] + (x >> (32 - bits));
            fraction[i] = (x >> (32 - bits - FRACTION_BITS)) & FRACTION_MASK;
        }
        for (int i = 0; i < BLOCK; i++) found[i] = entry[column[i]];
        for (int i = 0; i < BLOCK; i++)
            units[t][i] = fraction[i] < (found[i] & FRACTION_MASK) ? column[i] - key[2][i] : found[i] >> FRACTION_BITS;
    }
}

static void play_days(const uint16_t units[restrict CHUNK][BLOCK], int64_t days, const uint16_t *restrict level,
                      const uint16_t *restrict cap, uint16_t *restrict sold, uint16_t (*ordered)[BLOCK], int64_t rows,
                      int64_t day, uint16_t *restrict held) {
    for (int64_t t = 0; t < days; t++) {
        const uint16_t *before = ordered[(day + t + rows - 1) % rows], *due = ordered[(day + t + 1) % rows];
        uint16_t *today = ordered[(day + t) % rows];
#pragma GCC ivdep /* the day's row of orders is none of the rows that are read */
        for (int i = 0; i < BLOCK; i++) {
            const uint16_t gone = sold[i], so_far = before[i], missing = gone - so_far;
            today[i] = so_far + (missing < cap[i] ? missing : cap[i]);
            const uint16_t on_hand = level[i] + due[i] - gone, wanted = units[t][i];
            const uint16_t taken = on_hand < wanted ? on_hand : wanted;
            sold[i] = gone + taken;
            held[i] += on_hand - taken;
        }
    }
}

/* Arrays as in the kernel: level, cap, held, sold, asked [block, lane], key [block, 3, lane]; given [period, column] or
   NULL. The lead time is at least one period. */
void play(const uint16_t *given, int64_t columns, const uint32_t *entry, int bits, const uint32_t *key,
          const uint16_t *level, const uint16_t *cap, int64_t lead, int64_t periods, int64_t warm_up, int64_t blocks,
          int64_t *held, int64_t *sold, int64_t *asked) {
    uint16_t units[CHUNK][BLOCK], ordered[ROWS_MAX][BLOCK], gone[BLOCK], before[BLOCK], left[BLOCK];
    uint32_t total[BLOCK];
    for (int64_t b = 0; b < blocks; b++, level += BLOCK, cap += BLOCK, held += BLOCK, sold += BLOCK, asked += BLOCK) {
        memset(gone, 0, sizeof gone);
        memset(ordered, 0, (lead + 1) * sizeof *ordered);
        for (int64_t day = 0; day < periods;) {
            const int64_t rest = (day < warm_up ? warm_up : periods) - day, days = rest < CHUNK ? rest : CHUNK;
            if (given)
                for (int64_t t = 0; t < days; t++) memcpy(units[t], given + (day + t) * columns + b * BLOCK, sizeof *units);
            else
                draw(units, entry, bits, (const uint32_t(*)[BLOCK])(key + b * 3 * BLOCK), day, days);
            memset(total, 0, sizeof total);
            memset(left, 0, sizeof left);
            memcpy(before, gone, sizeof gone);
            for (int64_t t = 0; t < days; t++)
                for (int i = 0; i < BLOCK; i++) total[i] += units[t][i];
            play_days(units, days, level, cap, gone, ordered, lead + 1, day, left);
            if (day >= warm_up)
                for (int i = 0; i < BLOCK; i++) {
                    asked[i] += total[i];
                    held[i] += left[i];
                    sold[i] += (uint16_t)(gone[i] - before[i]);
                }
            day += days;
        }
    }
}
