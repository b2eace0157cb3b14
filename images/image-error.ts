// Why an image is not worked on: what it is, and what to do.

export class ImageError extends Error {
  readonly todo: string;

  constructor(message: string, todo: string) {
    super(message);
    this.name = "ImageError";
    this.todo = todo;
  }
}
