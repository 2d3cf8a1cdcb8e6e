const lookLikeOtherTypes = [
  'true false True null NULL undefined None NaN Infinity \\N \\M \\J1 \\'.split(' '),
  '0 -0 007 +5 1.10 1e3 .5 5. 0x10 1,5 1_000 9007199254740993 1e400 {} [] {"a":1}'.split(' '),
  '2026-11-21 2026-11-21T09:30:00Z 2026-11-21T09:30:00+02:00 2026-02-30 24:00'.split(' '),
]

const meanSomethingToParsers = [
  '" "" \' it\'s ` a"b "quoted" , ; a,b | % _ * ? # &amp; <b> \\n \\u0041 \\\\ \\" $where $ a.b ../x'.split(' '),
  '=1+1 @x -x {{x}} %2F %s -- /**/ :x'.split(' '),
  ['\t', '\n', '\r', '\r\n', 'a\nb', 'a\r\nb\n', "'; drop table x; --", '${x}'],
]

const spacesAndControls = [
  [' ', '  ', ' a', 'a ', ' a ', ' 5', '5 ', '\u00a0', '\u2003x', '\u200b', '\u200d', '\ufeffx', 'x\ufeff'],
  ['\u2028', '\u2029', '\u0085', '\u0001', 'a\u0007b', '\u001b[31m', '\u007f', '\u0080', '\u009f'],
]

// Composed and decomposed, beyond the first plane, right to left, in need of folding.
const letters = [
  [
    '\u00e9',
    'e\u0301',
    '\u212b',
    '\u00c5',
    'A\u030a',
    '\uac00',
    '\u1100\u1161',
    '\ufb01',
    '\u0130',
    '\u0131',
    '\u00df',
  ],
  ['\u{1f600}', '\u{10ffff}', '\u{1d11e}', '\uffff', '\ufffd', '\ue000', '\uff5e', '\u{1f469}\u200d\u{1f4bb}', 'SS'],
  ['\u05e9\u05dc\u05d5\u05dd', '\u0627\u0644\u0642\u0627\u0647\u0631\u0629', '\u202eabc\u202c', 'z\u0335\u0321\u0322'],
  ['漢字', 'Žluťoučký kůň', '\u{1f1e8}\u{1f1ff}'],
]

/** Texts that something on the way is likely to change. None is empty, holds NUL or is no well-formed Unicode. */
export const awkwardTexts: readonly string[] = [
  lookLikeOtherTypes,
  meanSomethingToParsers,
  spacesAndControls,
  letters,
].flat(2)
