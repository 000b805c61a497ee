// The course's colours, in both themes: here for the page, and read from here by gan_edu/paper.py for still figures.
// Blue and orange mean real and generated, and nothing else; `first` and `second` are for any other two curves.
// `symptoms`: of the failure map, with a letter each, so neither blue nor orange.
// `heat`: the discriminator's score from 'generated' over D = 1/2 to 'real'. tests/test_palette.py measures contrasts.

const PALETTE = {
  "light": {
    "real": "#005F9E", "fake": "#B34700", "first": "#00785A", "second": "#9A3F86",
    "ink": "#222222", "faint": "#666666", "paper": "#ffffff", "grid": "#dddddd",
    "heat": ["#FFE2C4", "#DEDFE0", "#99C7E8"]
  },
  "dark": {
    "real": "#6CC0F0", "fake": "#F5A83C", "first": "#2FC59B", "second": "#E39AC4",
    "ink": "#eeeeee", "faint": "#a0a0a0", "paper": "#16181c", "grid": "#3a3d42",
    "heat": ["#2B1A06", "#26292e", "#1F5C8C"]
  },
  "symptoms": {
    "healthy": "#117733", "mode_collapse": "#CC6677", "vanishing_gradients": "#44AA99", "weak_discriminator": "#F0E442",
    "oscillation": "#AA4499", "non_convergence": "#661100", "divergence": "#000000", "undecided": "#BBBBBB"
  }
};
