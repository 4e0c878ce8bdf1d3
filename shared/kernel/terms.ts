/** The most tokens kept of a text, and of a query. */
const tokensOfText = 200;
const tokensOfQuery = 20;
/** The most characters looked at, and kept of one word. */
const charactersOfText = 4000;
const charactersOfWord = 40;

const written = String.raw`[\p{L}\p{M}\p{N}]`;
const unspaced = String.raw`[[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]&&${written}]`;
/** A run of a script that is written without spaces, or a word of any other. */
const runs = new RegExp(String.raw`(?<unspaced>${unspaced}+)|[${written}--${unspaced}]+`, 'gv');

/** Runs of text in one form: NFKC (Unicode UAX #15), so that full-width and half-width are the same, and lower case without a language. */
const runsOf = (text: string): readonly { readonly characters: readonly string[]; readonly isUnspaced: boolean }[] =>
  Array.from(text.slice(0, charactersOfText).normalize('NFKC').toLowerCase().matchAll(runs), (match) => ({
    characters: Array.from(match[0]),
    isUnspaced: match.groups?.['unspaced'] !== undefined,
  }));

const bigramsOf = (characters: readonly string[]): readonly string[] =>
  characters.slice(1).map((second, at) => `${characters[at]}${second}`);
const wordOf = (characters: readonly string[]): string => characters.slice(0, charactersOfWord).join('');
const unique = (tokens: readonly string[], most: number): readonly string[] => [...new Set(tokens)].slice(0, most);

/**
 * The tokens under which a text is found: of Chinese (and of Japanese and Korean) every pair of neighbouring characters and every single one,
 * of other scripts and digits whole words in lower case. Each once, at most 200, pairs and words before single characters, in order of
 * appearance.
 */
export const tokens = (text: string): readonly string[] => {
  const found = runsOf(text);
  const telling = found.flatMap(({ characters, isUnspaced }) => (isUnspaced ? bigramsOf(characters) : [wordOf(characters)]));
  const single = found.filter(({ isUnspaced }) => isUnspaced).flatMap(({ characters }) => characters);
  return unique([...telling, ...single], tokensOfText);
};

/**
 * The tokens that a text must all have to match a query: of Chinese the pairs of neighbouring characters, or the character that stands alone;
 * of other scripts whole words. At most 20; of a longer query the beginning. Empty where there is nothing to search by.
 */
export const queryTokens = (text: string): readonly string[] =>
  unique(
    runsOf(text).flatMap(({ characters, isUnspaced }) =>
      isUnspaced && characters.length > 1 ? bigramsOf(characters) : [wordOf(characters)],
    ),
    tokensOfQuery,
  );
