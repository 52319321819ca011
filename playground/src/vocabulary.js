/** What articles are about: each topic with words of its own. */
export const topics = {
  harbour: 'ship crane cargo tide anchor pilot quay ferry captain storm lighthouse customs dock freight sailor'.split(' '),
  orchard: 'apple harvest blossom frost cider ladder basket orchard pruning bee soil grafting pear cellar market'.split(' '),
  railway: 'train signal platform conductor bridge timetable tunnel engine junction freight ticket carriage delay station track'.split(' '),
  museum: 'painting curator gallery sculpture restoration collection canvas exhibition loan archive visitor frame donor sketch vault'.split(' '),
  council: 'vote budget mayor district petition tax meeting zoning committee resident school debate reform permit ballot'.split(' '),
  weather: 'rain wind cloud forecast thunder drought river flood gauge temperature snow season record pressure front'.split(' '),
}

export const common = [
  ...'the of and a in to that it was for on with as at by from this had were which has been'.split(' '),
  ...'year day people city work time old new first last small large morning evening week north south house water road'.split(' '),
  ...'say find make take bring show hear wait open close build move turn carry keep begin'.split(' '),
]

export const authors = ['A. Brook', 'C. Dale', 'E. Field', 'G. Hill', 'I. Lake', 'M. Moor', 'R. Vale']
