// One of a few, as a row of segments: radio buttons, so that arrow keys move through them.

interface ChoiceProps<T extends string> {
  readonly name: string;
  readonly legend: string;
  readonly options: readonly T[];
  readonly value: T;
  readonly words: (option: T) => string;
  readonly onChoose: (option: T) => void;
}

export function Choice<T extends string>(props: ChoiceProps<T>) {
  const { name, legend, options, value, words, onChoose } = props;
  return (
    <fieldset class="choice">
      <legend class="unseen">{legend}</legend>
      {options.map((option) => (
        <label key={option}>
          <input
            type="radio"
            name={name}
            value={option}
            checked={option === value}
            onChange={() => onChoose(option)}
          />
          <span>{words(option)}</span>
        </label>
      ))}
    </fieldset>
  );
}
