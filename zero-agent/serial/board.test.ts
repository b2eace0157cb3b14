import { expect, it } from "vitest";
import { referenceKernel } from "../kernels/reference.ts";
import { SerialBoard } from "./board.ts";

const LAST = "ba29a15896fd2d792d5c4b60668bf2b9feebc51d";
const EXPECTED = "d0beba883d7e8cd119ea2b0e09b78f60f29e0968";
const ID = "0123456789ABCDEF";
const NOBODY = "0".repeat(40);

function board() {
  const answers: string[] = [];
  const jobs: (number | null)[] = [];
  let wake = () => {};
  const made = new SerialBoard({
    kernel: referenceKernel,
    id: ID,
    answer: (text) => {
      answers.push(text);
      wake();
    },
    onJob: (_, nonce) => jobs.push(nonce),
  });
  const answered = async (count: number) => {
    while (answers.length < count) await new Promise<void>((resolve) => (wake = resolve));
    return answers.map((answer) => answer.split(",")[0]);
  };
  return { made, answers, jobs, answered };
}

it("answers the host's self-test: 50", async () => {
  const { made, answers, answered } = board();
  made.hear(`${LAST},${EXPECTED},10,`);
  await answered(1);
  expect(answers[0]).toMatch(/^110010,1[01]*,DUCOID0123456789ABCDEF\n$/);
});

it("says 0 where there is nothing to be found", async () => {
  const { made, answered, jobs } = board();
  made.hear(`${LAST},${NOBODY},100,`);
  expect(await answered(1)).toEqual(["0"]);
  expect(jobs).toEqual([null]);
});

it("answers once, though the host asks again while it searches", async () => {
  const { made, answered } = board();
  made.hear(`${LAST},${NOBODY},300,`);
  await new Promise((resolve) => setImmediate(resolve));
  made.hear(`${LAST},${NOBODY},300,`);
  await answered(1);
  // A second answer would stand before that to the next job.
  made.hear(`${LAST},${EXPECTED},10,`);
  expect(await answered(2)).toEqual(["0", "110010"]);
});

it("leaves a job for a newer one, and all for a line that is gone", async () => {
  const { made, answered } = board();
  made.hear(`${LAST},${NOBODY},9000,`);
  await new Promise((resolve) => setImmediate(resolve));
  made.hear(`${LAST},${EXPECTED},10,`);
  expect(await answered(1)).toEqual(["110010"]);
  made.hear(`${LAST},${NOBODY},100,`);
  made.forget();
  made.hear("garbage");
  // What was left has no answer, and no more has what is no job.
  made.hear(`${LAST},${EXPECTED},10,`);
  expect(await answered(2)).toEqual(["110010", "110010"]);
});
