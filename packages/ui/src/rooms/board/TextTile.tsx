// Words on a board, in Markdown. Tags of HTML are shown as they were written.
import Markdown from "markdown-to-jsx";
import styles from "./board.module.css";

const OPTIONS = { disableParsingRawHTML: true, overrides: { a: { props: { rel: "noreferrer noopener", target: "_blank" } }, img: { component: ImageName } } };

export function TextTile({ text }: { text: string }) {
  return (
    <div className={styles.words}>
      <Markdown options={OPTIONS}>{text}</Markdown>
    </div>
  );
}

/** Nothing is fetched from elsewhere: of a picture only its name is shown. */
function ImageName({ alt }: { alt?: string }) {
  return <em>{alt}</em>;
}
